package io.muster.registry.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** One request on its way through the proxy, and what has become of it so far. Its parts follow each other, on the event loops of both connections. */
final class ProxyCall {
    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final ProxyRoute route;
    private final long startedAt;
    private final boolean hasBody;
    private final Mono<Void> refusedBody;
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile boolean bodyTaken;
    private volatile boolean answered;
    private volatile @Nullable String instance;
    private volatile int status;

    ProxyCall(
            HttpServerRequest request,
            HttpServerResponse response,
            ProxyRoute route,
            Mono<Void> refusedBody,
            long startedAt) {
        this.refusedBody = refusedBody;
        this.request = request;
        this.response = response;
        this.route = route;
        this.startedAt = startedAt;
        this.hasBody = hasBody(request.requestHeaders());
    }

    /** Whether what follows the head of a request is anything at all. */
    static boolean hasBody(HttpHeaders headers) {
        String length = headers.get("Content-Length");
        return headers.contains("Transfer-Encoding")
                || (length != null && !length.chars().allMatch(digit -> digit == '0'));
    }

    /** Whether it asks for a WebSocket; {@link RequestHead} has seen that all the rest of it does, too. */
    static boolean isWebSocket(HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.UPGRADE)
                && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    HttpServerRequest request() {
        return request;
    }

    HttpServerResponse response() {
        return response;
    }

    HttpHeaders headers() {
        return request.requestHeaders();
    }

    ProxyRoute route() {
        return route;
    }

    long startedAt() {
        return startedAt;
    }

    boolean hasBody() {
        return hasBody;
    }

    /** Whether it may be made a second time although the first may have been understood. */
    boolean isRepeatable() {
        return IDEMPOTENT.contains(request.method()) && !bodyTaken;
    }

    int attempts() {
        return attempts.get();
    }

    void attempt(String id) {
        attempts.incrementAndGet();
        instance = id;
    }

    /** The instance that was asked last. */
    @Nullable
    String instance() {
        return instance;
    }

    /** Fails when the body turns out to break a rule. */
    Mono<Void> refusedBody() {
        return refusedBody;
    }

    /** Somebody has begun to read the body: it cannot be sent again. */
    void takeBody() {
        bodyTaken = true;
    }

    boolean isBodyTaken() {
        return bodyTaken;
    }

    /** The answer has begun. */
    void answer(int code) {
        answered = true;
        status = code;
    }

    boolean isAnswered() {
        return answered;
    }

    int status() {
        return status;
    }
}
