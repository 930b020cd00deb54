package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.Bytes;

/** A request, encoded, and what its answer must be. */
public final class Call {
    private final byte[] request;
    private final Check check;

    /** Judges an answer. */
    @FunctionalInterface
    public interface Check {
        /** Whether it is the right one; the body is valid during the call. */
        boolean isRight(int status, Bytes body);
    }

    /** @param request encoded, not copied */
    public Call(byte[] request, Check check) {
        this.request = request;
        this.check = check;
    }

    /** The encoded request. */
    public byte[] request() {
        return request;
    }

    /** What judges its answer. */
    public Check check() {
        return check;
    }
}
