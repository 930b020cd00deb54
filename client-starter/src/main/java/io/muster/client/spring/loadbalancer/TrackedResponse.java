package io.muster.client.spring.loadbalancer;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response that ends its attempt when its body was read, broke, or was closed. */
final class TrackedResponse implements ClientHttpResponse {
    private static final long UNKNOWN = -1;

    private final ClientHttpResponse response;
    private final Attempt attempt;
    private final boolean hasBody;
    private @Nullable InputStream body;

    /** @param hasBody whether a body of the announced length follows; none does after HEAD, 204 and 304 */
    TrackedResponse(ClientHttpResponse response, Attempt attempt, boolean hasBody) {
        this.response = response;
        this.attempt = attempt;
        this.hasBody = hasBody;
    }

    @Override
    public HttpStatusCode getStatusCode() throws IOException {
        return response.getStatusCode();
    }

    @Override
    public String getStatusText() throws IOException {
        return response.getStatusText();
    }

    @Override
    public HttpHeaders getHeaders() {
        return response.getHeaders();
    }

    @Override
    public InputStream getBody() throws IOException {
        if (body == null) {
            try {
                long length = hasBody ? response.getHeaders().getContentLength() : UNKNOWN;
                body = new TrackedBody(this, response.getBody(), length);
            } catch (IOException e) {
                attempt.breakOff(e);
                throw e;
            }
        }
        return body;
    }

    @Override
    public void close() {
        try {
            response.close();
        } finally {
            attempt.complete();
        }
    }

    /** Keeps the response reachable: whoever holds the body alone may still close it. */
    private static final class TrackedBody extends FilterInputStream {
        private final TrackedResponse response;
        private long missing;

        TrackedBody(TrackedResponse response, InputStream body, long length) {
            super(body);
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
                response.attempt.complete();
            }
        }

        private int read(int result, int count) {
            if (count >= 0) {
                missing -= count;
            } else if (missing > 0) {
                // HttpURLConnection gives half a body for a whole one. The reader has to live with that; the endpoint
                // has not.
                response.attempt.breakOff(new EOFException(missing + " bytes of the body are missing"));
            } else {
                response.attempt.complete();
            }
            return result;
        }

        private IOException broken(IOException e) {
            response.attempt.breakOff(e);
            return e;
        }
    }
}
