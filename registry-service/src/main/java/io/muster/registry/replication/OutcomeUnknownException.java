package io.muster.registry.replication;

/** An entry may have been appended, or may be later: nobody knows. Whoever repeats it must make it idempotent. */
public final class OutcomeUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message names the log and what was waited for */
    public OutcomeUnknownException(String message) {
        super(message);
    }
}
