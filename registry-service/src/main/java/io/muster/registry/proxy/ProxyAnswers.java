package io.muster.registry.proxy;

import io.muster.api.Problem;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The proxy's own answers: RFC 9457 problems. */
final class ProxyAnswers {
    private static final String RETRY_AFTER_SECONDS = "1";

    private ProxyAnswers() {}

    /**
     * A problem.
     *
     * @param attempts how many instances were asked; 0 when none was
     * @param instance the one that failed; null for none, or when it is not to be named
     */
    static Publisher<Void> problem(
            HttpServerRequest request,
            HttpServerResponse response,
            int status,
            String detail,
            int attempts,
            @Nullable String instance) {
        StringBuilder json = new StringBuilder("{\"type\":\"about:blank\",\"title\":\"")
                .append(title(status))
                .append("\",\"status\":")
                .append(status)
                .append(",\"detail\":");
        JsonText.append(json, detail);
        if (attempts > 0) {
            json.append(",\"attempts\":").append(attempts);
        }
        if (instance != null) {
            json.append(",\"instanceId\":");
            JsonText.append(json, instance);
        }
        byte[] body = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        response.status(status);
        response.responseHeaders()
                .clear()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (status == 407) {
            response.header(HttpHeaderNames.PROXY_AUTHENTICATE, "Bearer realm=\"muster-proxy\"");
        } else if (status == 405) {
            response.header(HttpHeaderNames.ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        } else if (status == 503 || status == 429) {
            response.header(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (mustClose(request, status)) {
            // What remains of the request may still come, and nobody reads it.
            response.header(HttpHeaderNames.CONNECTION, "close");
        }
        return request.method().equals(HttpMethod.HEAD)
                ? response.send()
                : response.sendObject(Unpooled.wrappedBuffer(body));
    }

    private static boolean mustClose(HttpServerRequest request, int status) {
        boolean syntax =
                status == 400 || status == 408 || status == 413 || status == 414 || status == 431 || status == 505;
        return syntax
                || CloseAfterAnswer.isAsked(request.requestHeaders())
                || ProxyCall.hasBody(request.requestHeaders())
                || ProxyCall.isWebSocket(request.requestHeaders());
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad request";
            case 404 -> "Not found";
            case 405 -> "Method not allowed";
            case 407 -> "Proxy authentication required";
            case 408 -> "Request timeout";
            case 413 -> "Content too large";
            case 414 -> "URI too long";
            case 417 -> "Expectation failed";
            case 421 -> "Misdirected request";
            case 429 -> "Too many requests";
            case 431 -> "Request header fields too large";
            case 501 -> "Not implemented";
            case 502 -> "Bad gateway";
            case 503 -> "Service unavailable";
            case 504 -> "Gateway timeout";
            case 505 -> "HTTP version not supported";
            case 508 -> "Loop detected";
            default -> "Error";
        };
    }
}
