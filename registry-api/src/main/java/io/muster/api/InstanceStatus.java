package io.muster.api;

/** What an instance is fit for. Only {@link #UP} takes new requests. */
public enum InstanceStatus {
    /** Registered, not yet ready. */
    STARTING,
    /** Takes requests. */
    UP,
    /** Finishes the requests that it has and takes no new ones. */
    DRAINING,
    /** Its checks fail or it fell silent. */
    DOWN,
    /** An operator took it out. */
    MAINTENANCE,
    /** A status that a newer peer knows and this one does not; it takes no requests. Never sent. */
    UNKNOWN;

    /** Whether new requests may go to such an instance. */
    public boolean takesRequests() {
        return this == UP;
    }
}
