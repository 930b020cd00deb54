package io.muster.client.spring.loadbalancer;

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
                long length = hasBody ? response.getHeaders().getContentLength() : TrackedInputStream.UNKNOWN;
                body = new TrackedInputStream(response.getBody(), attempt, this, length);
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
}
