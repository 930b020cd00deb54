package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.Bytes;

/** A request, encoded, and what its answer must be. */
final class Call {
    private final byte[] request;
    private final Check check;

    /** Judges an answer. */
    @FunctionalInterface
    interface Check {
        /** Whether it is the right one; the body is valid during the call. */
        boolean isRight(int status, Bytes body);
    }

    Call(byte[] request, Check check) {
        this.request = request;
        this.check = check;
    }

    byte[] request() {
        return request;
    }

    Check check() {
        return check;
    }
}
