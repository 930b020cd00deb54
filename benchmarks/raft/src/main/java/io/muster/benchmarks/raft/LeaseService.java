package io.muster.benchmarks.raft;

import java.io.IOException;
import java.time.Duration;

/** A cluster that grants leases, and whose nodes can be hurt. Thread-safe. */
interface LeaseService extends AutoCloseable {
    /** Its name for people. */
    String label();

    /** How many nodes it has. */
    int nodes();

    /** Calls one node, and no other. */
    Client client(int node, Duration limit);

    /** The node that leads; waits for one. */
    int leader() throws IOException, InterruptedException;

    /** Ends a node with SIGKILL. */
    void kill(int node) throws IOException, InterruptedException;

    /** Starts a killed node again, on what it had stored. */
    void restart(int node) throws IOException, InterruptedException;

    /** Stops a node with SIGSTOP. */
    void pause(int node) throws IOException, InterruptedException;

    /** Lets it run again. */
    void resume(int node) throws IOException, InterruptedException;

    @Override
    void close();

    /** Blocking calls at one node; for one thread. */
    interface Client {
        /**
         * Takes a lease that nobody has.
         *
         * @throws IOException when it is not granted in time
         */
        Held acquire(String name) throws IOException, InterruptedException;

        /** Extends it. */
        void renew(Held held) throws IOException, InterruptedException;

        /** Gives it back. */
        void release(Held held) throws IOException, InterruptedException;
    }

    /**
     * A lease that was granted.
     *
     * @param token Muster's fencing token, or etcd's lease id
     */
    record Held(String name, long token) {}
}
