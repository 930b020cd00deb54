package io.muster.quorum.cluster;

import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;
import io.muster.quorum.history.History;
import io.muster.quorum.history.Operation;

/** A resource that refuses a token below the highest it has seen, and notes each write. Thread-safe. */
final class Guard {
    private final String name;
    private final History history;
    private long highest;

    Guard(String name, History history) {
        this.name = name;
        this.history = history;
    }

    String name() {
        return name;
    }

    /** Writes under a token; whether it was accepted. */
    boolean write(int client, long token) {
        long invoked = System.nanoTime();
        boolean accepted = accept(token);
        Answer answer = accepted ? new Answer.Done() : new Answer.Gone();
        history.add(new Operation(client, name, new Call.Write(token), answer, invoked, System.nanoTime()));
        return accepted;
    }

    private synchronized boolean accept(long token) {
        if (token < highest) {
            return false;
        }
        highest = token;
        return true;
    }
}
