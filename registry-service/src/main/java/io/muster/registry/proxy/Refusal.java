package io.muster.registry.proxy;

import java.util.concurrent.CancellationException;

/** Why a request is not passed on. As an exception it ends the body of a request that is being passed on; it has no stack trace. */
final class Refusal extends CancellationException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * @param status of the answer
     * @param detail what is wrong, for the caller
     */
    Refusal(int status, String detail) {
        super(detail);
        this.status = status;
    }

    int status() {
        return status;
    }

    String detail() {
        return String.valueOf(getMessage());
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        // It says nothing of this program, and strangers cause it as often as they like.
        return this;
    }
}
