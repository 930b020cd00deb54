package io.muster.lb;

/** How a request ended. */
public enum Outcome {
    /** The endpoint answered, and not with a server error. Its latency counts. */
    SUCCESS,
    /** The endpoint answered with a server error (HTTP 5xx). */
    SERVER_ERROR,
    /** The connection broke, was reset, or the body was cut off. */
    FAILURE,
    /** The connection was refused before a byte was sent. Takes the endpoint out of the rotation for a while. */
    REFUSED,
    /** No answer in time. The time waited counts as latency where it is longer than what is known. */
    TIMEOUT,
    /** The caller gave up. Says nothing about the endpoint: neither latency nor failure. */
    CANCELLED,
    /**
     * The endpoint turned the request away before it did anything, because it had more requests than this one was ready to join ({@link
     * Endpoint#acceptable}). Says nothing against the endpoint.
     */
    DECLINED;

    /** Whether this speaks against the endpoint. */
    public boolean isFailure() {
        return this != SUCCESS && this != CANCELLED && this != DECLINED;
    }

    /** Whether the endpoint answered at all, so that somebody is known to listen there. */
    boolean isAnswer() {
        return this == SUCCESS || this == SERVER_ERROR || this == DECLINED;
    }
}
