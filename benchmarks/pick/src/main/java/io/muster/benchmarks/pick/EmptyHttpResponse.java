package io.muster.benchmarks.pick;

import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** An answer without a network. */
final class EmptyHttpResponse implements ClientHttpResponse {
    @Override
    public HttpStatusCode getStatusCode() {
        return HttpStatus.NO_CONTENT;
    }

    @Override
    public String getStatusText() {
        return HttpStatus.NO_CONTENT.getReasonPhrase();
    }

    @Override
    public HttpHeaders getHeaders() {
        return HttpHeaders.EMPTY;
    }

    @Override
    public InputStream getBody() {
        return InputStream.nullInputStream();
    }

    @Override
    public void close() {}
}
