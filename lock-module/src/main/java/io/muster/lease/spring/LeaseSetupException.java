package io.muster.lease.spring;

import org.jspecify.annotations.Nullable;

/** Leases cannot work as this application is set up. */
final class LeaseSetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String action;

    /** @param action what to do about it, a whole sentence */
    LeaseSetupException(String message, String action, @Nullable Throwable cause) {
        super(message + ". " + action, cause);
        this.action = action;
    }

    String action() {
        return action;
    }
}
