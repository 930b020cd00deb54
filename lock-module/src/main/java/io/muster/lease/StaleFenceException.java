package io.muster.lease;

/** A resource has seen a larger fencing token: who used this one holds the lease no more. The larger one is not told. */
public final class StaleFenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String resource;
    private final long token;

    public StaleFenceException(String resource, long token) {
        super("resource \"" + resource + "\" has seen a larger fencing token than " + token);
        this.resource = resource;
        this.token = token;
    }

    /** The resource that refused. */
    public String resource() {
        return resource;
    }

    /** The token that was refused. */
    public long token() {
        return token;
    }
}
