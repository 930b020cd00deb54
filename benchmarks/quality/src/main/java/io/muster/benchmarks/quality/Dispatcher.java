package io.muster.benchmarks.quality;

import io.muster.lb.Outcome;
import java.util.List;

/** Says where requests go: all clients of a run together. */
interface Dispatcher {
    /** Begins a request. */
    Call send(int client, long key);

    /** Tells all clients who is there. */
    void update(List<Integer> present);

    /** How often {@link #pulse} is called; 0 for never. */
    default long pulseNanos() {
        return 0;
    }

    /** Time goes by. */
    default void pulse() {}

    /** A request on its way. */
    interface Call {
        /** The number of the server that it goes to. */
        int server();

        /** Whether the server takes it that has so many requests, this one not counted. */
        default boolean isWelcome(int underWay) {
            return true;
        }

        /** The client hears that the server did not take it, and sends it once more. */
        default Call resend(int underWay) {
            throw new IllegalStateException("Nobody declined it");
        }

        /**
         * The client has the answer.
         *
         * @param underWay how many requests the server had when it answered, this one not counted
         */
        void end(Outcome outcome, int underWay);
    }
}
