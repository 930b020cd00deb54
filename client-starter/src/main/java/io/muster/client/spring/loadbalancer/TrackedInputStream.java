package io.muster.client.spring.loadbalancer;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A response's body that ends its attempt when it was read, broke, or was closed. For one thread at a time. */
final class TrackedInputStream extends FilterInputStream {
    /** As a length: the body may be of any. */
    static final long UNKNOWN = -1;

    private final Attempt attempt;
    // Kept reachable for the leak guard: whoever holds the body alone may still close it.
    @SuppressWarnings("UnusedVariable")
    private final Object response;

    private long missing;

    /** @param length of the body in bytes, or {@link #UNKNOWN} */
    TrackedInputStream(InputStream body, Attempt attempt, Object response, long length) {
        super(body);
        this.attempt = attempt;
        this.response = response;
        this.missing = length;
    }

    @Override
    public int read() throws IOException {
        try {
            int value = in.read();
            return read(value, value < 0 ? value : 1);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            int count = in.read(bytes, offset, length);
            return read(count, count);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public long skip(long count) throws IOException {
        try {
            long skipped = in.skip(count);
            missing -= skipped;
            return skipped;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            in.close();
        } finally {
            attempt.complete();
        }
    }

    private int read(int result, int count) {
        if (count >= 0) {
            missing -= count;
        } else if (missing > 0) {
            // HttpURLConnection gives half a body for a whole one. The reader has to live with that; the endpoint
            // has not.
            attempt.breakOff(new EOFException(missing + " bytes of the body are missing"));
        } else {
            attempt.complete();
        }
        return result;
    }

    private IOException broken(IOException e) {
        attempt.breakOff(e);
        return e;
    }
}
