package io.muster.api;

/** The HTTP headers of the contract. */
public final class Headers {
    /** On every answer: where the answering node is. */
    public static final String POSITION = "X-Muster-Position";

    /** {@code true} on answers of a registry that started less than one TTL ago and may not know everybody yet. */
    public static final String WARMING = "X-Muster-Warming";

    /** {@code true} on answers from memory while the node has no quorum. */
    public static final String STALE = "X-Muster-Stale";

    /** Names the fields of the request that the registry does not know. */
    public static final String UNKNOWN_FIELDS = "X-Muster-Unknown-Fields";

    /** Where a stream resumes: the position of the last event that the client applied. */
    public static final String LAST_EVENT_ID = "Last-Event-ID";

    /**
     * Of a service's own answers, not the registry's: its load ({@link LoadReport}). Sent only when the request has a header of that name ({@link LoadLimit}).
     */
    public static final String LOAD = "X-Muster-Load";

    private Headers() {}
}
