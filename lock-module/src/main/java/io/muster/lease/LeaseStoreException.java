package io.muster.lease;

import org.jspecify.annotations.Nullable;

/** A store did not answer, or failed. Whether the call was done is unknown. */
public final class LeaseStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeaseStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
