package io.muster.client.spring.loadbalancer;

import feign.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** A Feign response's body that ends its attempt when it was read, broke, or was closed. For one thread at a time. */
final class TrackedFeignBody implements Response.Body {
    private final Response.Body body;
    private final Attempt attempt;
    private final long bytes;
    private @Nullable InputStream stream;

    /** @param bytes that reading gives, or {@link TrackedInputStream#UNKNOWN} */
    TrackedFeignBody(Response.Body body, Attempt attempt, long bytes) {
        this.body = body;
        this.attempt = attempt;
        this.bytes = bytes;
    }

    @Override
    public @Nullable Integer length() {
        return body.length();
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public InputStream asInputStream() throws IOException {
        if (stream == null) {
            try {
                stream = new TrackedInputStream(body.asInputStream(), attempt, this, bytes);
            } catch (IOException e) {
                attempt.breakOff(e);
                throw e;
            }
        }
        return stream;
    }

    @Override
    public Reader asReader(Charset charset) throws IOException {
        return new InputStreamReader(asInputStream(), charset);
    }

    @Override
    public void close() throws IOException {
        try {
            body.close();
        } finally {
            attempt.complete();
        }
    }
}
