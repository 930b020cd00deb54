package io.muster.benchmarks.lease;

import java.util.List;

/** A process's access to a lease and to what it protects. Methods but {@link #take} are for one thread. */
interface Holder extends AutoCloseable {
    /** Asks for the lease once; answers whether it is held. */
    boolean take() throws Exception;

    /** Runs work in the way in which this stack has it run by who holds. */
    default void work(Runnable task) {
        task.run();
    }

    /** The ways to write that are compared. None of them is preceded by a question whether the lease is still held. */
    List<Write> writes();

    /**
     * Writes an entry in a transaction that stays open.
     *
     * @return commits it
     * @throws UnsupportedOperationException where there are no transactions
     */
    default Commit begin(Entry entry) throws Exception {
        throw new UnsupportedOperationException("Redis has no transactions that stay open");
    }

    @Override
    void close();

    /** Writes an entry, or throws when it is refused. */
    @FunctionalInterface
    interface Write {
        void accept(Entry entry) throws Exception;
    }

    /** The end of a transaction. */
    @FunctionalInterface
    interface Commit {
        void run() throws Exception;
    }
}
