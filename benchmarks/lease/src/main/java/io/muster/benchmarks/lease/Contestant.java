package io.muster.benchmarks.lease;

/** Somebody whose leases are measured, one call after the other. For one thread. */
interface Contestant extends AutoCloseable {
    /** Its name for people, without a store. */
    String name();

    /** Takes a lease that is free, and gives it back. */
    void acquireAndRelease() throws Exception;

    /** Whether it can renew by a call. */
    default boolean renews() {
        return false;
    }

    /** Renews a lease, which is taken by the first call. */
    default void renew() throws Exception {
        throw new UnsupportedOperationException(name() + " has no call that renews");
    }

    @Override
    void close();
}
