package io.muster.registry.replication;

/** A change of a cluster's members is refused. */
public final class MembershipException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * @param reason the kind
     * @param message says what stands against it and what to do
     */
    public MembershipException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** The kind. */
    public Reason reason() {
        return reason;
    }

    /** Why a change is refused. */
    public enum Reason {
        /** No member has that id. */
        UNKNOWN,
        /** It does not fit the members that there are. */
        CONFLICT
    }
}
