package io.muster.samples.fleet;

/** What was added to the shared counter, to judge what nodes see of it. Thread-safe. */
final class Ledger {
    /** What a process counts in its last moments may die with it. */
    private static final long LAST_MOMENTS_MILLIS = 2000;

    private final long[] lastAmount;
    private final long[] lastAt;
    private long counted;
    private long atRisk;

    Ledger(int nodes) {
        this.lastAmount = new long[nodes];
        this.lastAt = new long[nodes];
    }

    synchronized void added(int node, long amount, long nowMillis) {
        counted += amount;
        lastAmount[node] = amount;
        lastAt[node] = nowMillis;
    }

    synchronized void killed(int node, long nowMillis) {
        if (nowMillis - lastAt[node] < LAST_MOMENTS_MILLIS) {
            atRisk += lastAmount[node];
        }
    }

    synchronized long counted() {
        return counted;
    }

    /** Whether a sum lacks nothing but what the killed may have taken with them. */
    synchronized boolean explains(long sum) {
        return sum <= counted && sum >= counted - atRisk;
    }
}
