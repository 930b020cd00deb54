package io.muster.registry.replication;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * What a log's entries are applied to: a pure function of them, so that all nodes that applied the same entries hold the same
 * state. {@link #apply}, {@link #snapshot} and {@link #restore} are called by one thread at a time.
 */
public interface StateMachine {
    /**
     * Called on the leader alone, before an entry is appended, from any thread and for several entries at once: the place to
     * add what only a leader may say, as a stamp of its clock.
     *
     * @return what is appended
     */
    byte[] prepare(byte[] entry);

    /** This node may lead from now on: everything that was committed before is applied. Called before {@link #prepare}. */
    void leading(long term);

    /** This node leads no more. */
    void following();

    /**
     * Applies an entry, each index once and in order: entries are counted from 1 without gaps. An entry that cannot be read is answered as such and changes nothing:
     * it must never throw, for all nodes would do so again at each start.
     *
     * @return the answer for whoever submitted it
     */
    byte[] apply(long index, byte[] entry);

    /**
     * What {@link #restore} needs. The state is taken at once; the answer writes it later, from another thread, while further
     * entries are applied.
     */
    Writing snapshot();

    /**
     * Puts a snapshot in the place of everything known.
     *
     * @throws IOException if it cannot be read or is damaged; the state is then as before
     */
    void restore(InputStream snapshot) throws IOException;

    /** A state that was taken and waits to be written. */
    @FunctionalInterface
    interface Writing {
        /** Writes it once, and does not close the stream. */
        void to(OutputStream stream) throws IOException;
    }
}
