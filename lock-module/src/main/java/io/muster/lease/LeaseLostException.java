package io.muster.lease;

import org.jspecify.annotations.Nullable;

/** The lease is not held any more; the work under it has to stop. */
public final class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String leaseName;

    LeaseLostException(String leaseName, long token, Lease.State state, @Nullable Throwable cause) {
        super("lease \"" + leaseName + "\" with token " + token + " is not held any more: " + state, cause);
        this.leaseName = leaseName;
    }

    /** The lease's name. */
    public String leaseName() {
        return leaseName;
    }
}
