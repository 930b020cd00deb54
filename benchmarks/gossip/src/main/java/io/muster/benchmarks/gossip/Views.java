package io.muster.benchmarks.gossip;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What the nodes of a cluster see of each other, as their events come. Nodes are numbered from 0; times are those of {@link
 * System#nanoTime}, which all processes of a machine share. Thread-safe.
 */
final class Views {
    private static final long LOOK_MILLIS = 5;

    /** What a node says of another one. */
    enum Sight {
        UP,
        SUSPECTED,
        DOWN,
        GONE
    }

    /** One event of one node. */
    record Seen(int observer, int subject, long nanos) {}

    /**
     * How a death became known.
     *
     * @param suspected seconds until somebody suspected the node; infinite for never, as are the others
     * @param dead seconds until somebody held it for dead
     * @param known seconds until all did
     */
    record Death(double suspected, double dead, double known) {}

    private final BitSet[] up;
    private final BitSet running = new BitSet();
    private final List<Seen> suspicions = new ArrayList<>();
    private final List<Seen> deaths = new ArrayList<>();
    private long lastChange = Long.MIN_VALUE;

    Views(int nodes) {
        up = new BitSet[nodes];
        for (int i = 0; i < nodes; i++) {
            up[i] = new BitSet();
        }
    }

    /** A node takes part from now on: its events count, and the others are to see it. */
    synchronized void started(int node) {
        running.set(node);
    }

    /** A node takes part no longer. */
    synchronized void ended(int node) {
        running.clear(node);
        up[node].clear();
    }

    synchronized void take(int observer, Sight sight, int subject, long nanos) {
        if (observer == subject || !running.get(observer)) {
            return;
        }
        Seen seen = new Seen(observer, subject, nanos);
        switch (sight) {
            case UP -> up[observer].set(subject);
            case SUSPECTED -> suspicions.add(seen);
            case DOWN -> {
                up[observer].clear(subject);
                deaths.add(seen);
            }
            case GONE -> up[observer].clear(subject);
        }
        if (sight != Sight.SUSPECTED) {
            lastChange = Math.max(lastChange, nanos);
        }
    }

    /** Waits until all running nodes see exactly each other: seconds from a moment to then, infinite after the limit. */
    double awaitAllSeeAll(long since, Duration limit) throws InterruptedException {
        return await(this::allSeeAll, limit) ? Math.max(0, lastChange() - since) / 1e9 : Double.POSITIVE_INFINITY;
    }

    /** Waits until no running node sees one that has ended. */
    Death awaitDeath(int subject, long since, Duration limit) throws InterruptedException {
        boolean known = await(() -> nobodySees(subject), limit);
        return new Death(
                seconds(first(suspicions, subject, since), since),
                seconds(first(deaths, subject, since), since),
                known ? seconds(last(subject, since), since) : Double.POSITIVE_INFINITY);
    }

    /** Waits until no running node sees anybody to whom it is a stranger; whether that came within the limit. */
    boolean awaitStrangers(Predicate<Seen> strange, Duration limit) throws InterruptedException {
        return await(() -> nobodySeesStrangers(strange), limit);
    }

    /** Events since a moment in which a running node held another one for dead that fits. */
    synchronized long deaths(long since, Predicate<Seen> fitting) {
        return deaths.stream()
                .filter(seen -> seen.nanos() >= since && fitting.test(seen))
                .count();
    }

    /** Events since a moment in which a node suspected another one that fits. */
    synchronized long suspicions(long since, Predicate<Seen> fitting) {
        return suspicions.stream()
                .filter(seen -> seen.nanos() >= since && fitting.test(seen))
                .count();
    }

    /** Of all pairs of running nodes, how many see each other, 0 to 1. */
    synchronized double completeness() {
        long pairs = running.stream()
                .mapToLong(observer -> {
                    BitSet seen = (BitSet) up[observer].clone();
                    seen.and(running);
                    return seen.cardinality();
                })
                .sum();
        long nodes = running.cardinality();
        return nodes < 2 ? 1 : (double) pairs / (nodes * (nodes - 1));
    }

    private static boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return true;
    }

    private synchronized long lastChange() {
        return lastChange;
    }

    private synchronized boolean allSeeAll() {
        return running.stream().allMatch(observer -> {
            BitSet expected = (BitSet) running.clone();
            expected.clear(observer);
            return up[observer].equals(expected);
        });
    }

    private synchronized boolean nobodySees(int subject) {
        return running.stream().noneMatch(observer -> up[observer].get(subject));
    }

    private synchronized boolean nobodySeesStrangers(Predicate<Seen> strange) {
        return running.stream()
                .noneMatch(observer ->
                        up[observer].stream().anyMatch(subject -> strange.test(new Seen(observer, subject, 0))));
    }

    private synchronized long first(List<Seen> events, int subject, long since) {
        return events.stream()
                .filter(seen -> seen.subject() == subject && seen.nanos() >= since)
                .mapToLong(Seen::nanos)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private synchronized long last(int subject, long since) {
        return deaths.stream()
                .filter(seen -> seen.subject() == subject && seen.nanos() >= since && running.get(seen.observer()))
                .mapToLong(Seen::nanos)
                .max()
                .orElse(Long.MAX_VALUE);
    }

    private static double seconds(long nanos, long since) {
        return nanos == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : (nanos - since) / 1e9;
    }
}
