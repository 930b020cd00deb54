package io.muster.client.spring.loadbalancer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response that ends its attempt when its body was read, broke, or was closed. */
final class TrackedResponse implements ClientHttpResponse {
    private final ClientHttpResponse response;
    private final Attempt attempt;
    private @Nullable InputStream body;

    TrackedResponse(ClientHttpResponse response, Attempt attempt) {
        this.response = response;
        this.attempt = attempt;
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
                body = new TrackedBody(this, response.getBody());
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

        TrackedBody(TrackedResponse response, InputStream body) {
            super(body);
            this.response = response;
        }

        @Override
        public int read() throws IOException {
            try {
                return read(in.read());
            } catch (IOException e) {
                throw broken(e);
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return read(in.read(bytes, offset, length));
            } catch (IOException e) {
                throw broken(e);
            }
        }

        @Override
        public long skip(long count) throws IOException {
            try {
                return in.skip(count);
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

        private int read(int result) {
            if (result < 0) {
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
