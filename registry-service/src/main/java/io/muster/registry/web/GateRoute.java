package io.muster.registry.web;

import io.muster.api.Problem;
import io.muster.api.ProblemException;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.security.Caller;
import io.muster.registry.security.Gate;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.embedded.netty.NettyRouteProvider;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * The first route of each server: it takes the requests that {@link Gate} refuses, and tells the others who their caller is.
 * So what is answered before the web framework and what is answered by it pass through the same gate, once.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class GateRoute implements NettyRouteProvider {
    private static final AttributeKey<Gate.Admission> ADMISSION = AttributeKey.valueOf("muster.admission");
    private static final AttributeKey<Problem> REFUSAL = AttributeKey.valueOf("muster.refusal");

    private final Gate gate;
    private final View view;

    GateRoute(Gate gate, Engine engine) {
        this.gate = gate;
        this.view = engine.view();
    }

    @Override
    public HttpServerRoutes apply(HttpServerRoutes routes) {
        return routes.route(
                this::refuses,
                (request, response) -> Answers.refuse(
                        response, view, Objects.requireNonNull(get(request, REFUSAL), "refused with a reason")));
    }

    /**
     * Who makes a request that has passed.
     *
     * @throws IllegalStateException when it has not passed: it must not be served
     */
    static Caller caller(HttpServerRequest request) {
        return admission(request).caller();
    }

    /**
     * How a request has passed.
     *
     * @throws IllegalStateException when it has not passed: it must not be served
     */
    static Gate.Admission admission(HttpServerRequest request) {
        Gate.Admission admission = get(request, ADMISSION);
        if (admission == null) {
            throw new IllegalStateException("request must have passed the gate but has not");
        }
        return admission;
    }

    private boolean refuses(HttpServerRequest request) {
        // A connection's requests come one after the other: these are those of this request until it is answered.
        set(request, ADMISSION, null);
        set(request, REFUSAL, null);
        try {
            set(request, ADMISSION, gate.admit(describe(request)));
            return false;
        } catch (ProblemException e) {
            set(request, REFUSAL, e.problem());
            return true;
        }
    }

    private static Gate.Request describe(HttpServerRequest request) {
        // Not what a header says of it: anybody can send one.
        InetSocketAddress peer = (InetSocketAddress) Objects.requireNonNull(
                request.connectionRemoteAddress(), "a connection that was accepted has another end");
        return new Gate.Request(
                request.method().name(),
                request.uri(),
                request.requestHeaders().get(HttpHeaderNames.HOST),
                request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION),
                length(request.requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH)),
                peer.getAddress());
    }

    /** A length that is no number has been refused by the decoder. */
    private static long length(@Nullable String contentLength) {
        return contentLength == null ? 0 : Plain.length(contentLength);
    }

    private static <T> void set(HttpServerRequest request, AttributeKey<T> key, @Nullable T value) {
        request.withConnection(connection -> connection.channel().attr(key).set(value));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> @Nullable T get(HttpServerRequest request, AttributeKey<T> key) {
        Object[] found = new Object[1];
        request.withConnection(
                connection -> found[0] = connection.channel().attr(key).get());
        return (T) found[0];
    }
}
