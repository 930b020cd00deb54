package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.Bytes;

/**
 * A request and what its answer must be.
 *
 * @param request encoded
 * @param check of the answer
 */
record Call(byte[] request, Check check) {
    /** Judges an answer. */
    @FunctionalInterface
    interface Check {
        /** Whether it is the right one; the body is valid during the call. */
        boolean isRight(int status, Bytes body);
    }
}
