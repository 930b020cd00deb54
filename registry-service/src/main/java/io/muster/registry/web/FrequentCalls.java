package io.muster.registry.web;

import io.muster.api.Acknowledgement;
import io.muster.api.Headers;
import io.muster.api.Heartbeats;
import io.muster.api.InvalidFieldException;
import io.muster.api.JsonCodec;
import io.muster.api.Names;
import io.muster.api.ProblemException;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.security.Caller;
import io.muster.registry.watch.EncodedService;
import io.muster.registry.watch.ServiceEncoder;
import io.muster.registry.watch.WatchHub;
import io.netty.channel.ChannelException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.boot.web.embedded.netty.NettyRouteProvider;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Answers the calls that a registry gets most, heartbeats, acknowledgements and plain lookups, before the web framework. Whatever is not
 * quite plain (a query beyond the namespace, a body without a length, another media type) goes on to the controllers, which
 * answer the same.
 */
@Component
final class FrequentCalls implements NettyRouteProvider {
    /*
     * Measured with one connection pool against both: the framework's dispatch costs several times what the call itself
     * does, and these calls are nearly all that a registry does in a quiet hour.
     */
    private static final String HEARTBEATS = "/v1/heartbeats";
    private static final String SERVICES = "/v1/services/";
    private static final String WATCH = "/v1/watch/";
    private static final String ACKNOWLEDGE = "/ack";
    private static final String NAMESPACE_QUERY = "?namespace=";

    private final View view;
    private final ServiceEncoder encoder;
    private final Renewals renewals;
    private final WatchHub hub;

    FrequentCalls(Engine engine, ServiceEncoder encoder, Renewals renewals, WatchHub hub) {
        this.view = engine.view();
        this.encoder = encoder;
        this.renewals = renewals;
        this.hub = hub;
    }

    @Override
    public HttpServerRoutes apply(HttpServerRoutes routes) {
        return routes.route(FrequentCalls::isPlainHeartbeat, this::heartbeat)
                .route(FrequentCalls::isPlainAcknowledgement, this::acknowledge)
                .route(request -> lookedUp(request) != null, this::lookup);
    }

    private static boolean isPlainHeartbeat(HttpServerRequest request) {
        return HEARTBEATS.equals(request.uri()) && Plain.isPost(request);
    }

    private static boolean isPlainAcknowledgement(HttpServerRequest request) {
        return watcher(request.uri()) != null && Plain.isPost(request);
    }

    /** The watcher that an acknowledgement's path names; null for any other path. */
    private static @Nullable String watcher(String uri) {
        int end = uri.length() - ACKNOWLEDGE.length();
        if (!uri.startsWith(WATCH) || end <= WATCH.length() || !uri.endsWith(ACKNOWLEDGE)) {
            return null;
        }
        for (int i = WATCH.length(); i < end; i++) {
            char c = uri.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return null;
            }
        }
        return uri.substring(WATCH.length(), end);
    }

    /** The service that a plain lookup asks for; null for any other request. */
    private static @Nullable ServiceKey lookedUp(HttpServerRequest request) {
        String uri = request.uri();
        if (!HttpMethod.GET.equals(request.method()) || !uri.startsWith(SERVICES)) {
            return null;
        }
        int query = uri.indexOf('?');
        String namespace = Names.DEFAULT_NAMESPACE;
        if (query >= 0) {
            if (!uri.startsWith(NAMESPACE_QUERY, query)) {
                return null;
            }
            namespace = uri.substring(query + NAMESPACE_QUERY.length());
        }
        try {
            return new ServiceKey(namespace, uri.substring(SERVICES.length(), query >= 0 ? query : uri.length()));
        } catch (InvalidFieldException e) {
            return null;
        }
    }

    private Publisher<Void> heartbeat(HttpServerRequest request, HttpServerResponse response) {
        Caller caller = GateRoute.caller(request);
        return Plain.read(request, response, Heartbeats.class)
                .flatMap(heartbeats -> Mono.fromCompletionStage(renewals.renew(heartbeats, caller)))
                .flatMap(answer -> Mono.from(Answers.send(
                        response, view, 200, Answers.JSON, JsonCodec.server().encode(answer))))
                .onErrorResume(ProblemException.class, e -> Mono.from(Answers.refuse(response, view, e.problem())))
                .onErrorResume(
                        ChannelException.class,
                        e -> Mono.from(Answers.refuse(response, view, ProblemHandler.REQUEST_TIMEOUT)));
    }

    private Publisher<Void> acknowledge(HttpServerRequest request, HttpServerResponse response) {
        Caller caller = GateRoute.caller(request);
        String watcher = Objects.requireNonNull(watcher(request.uri()), "a route is taken only by what it matches");
        return Plain.read(request, response, Acknowledgement.class)
                .flatMap(acknowledgement -> {
                    caller.requireNamespace(hub.namespace(watcher));
                    hub.acknowledge(watcher, acknowledgement.position());
                    response.status(204)
                            .header(Headers.POSITION, view.position().toString());
                    return Mono.from(response.send());
                })
                .onErrorResume(ProblemException.class, e -> Mono.from(Answers.refuse(response, view, e.problem())))
                .onErrorResume(
                        ChannelException.class,
                        e -> Mono.from(Answers.refuse(response, view, ProblemHandler.REQUEST_TIMEOUT)));
    }

    private Publisher<Void> lookup(HttpServerRequest request, HttpServerResponse response) {
        ServiceKey key = Objects.requireNonNull(lookedUp(request), "a route is taken only by what it matches");
        try {
            GateRoute.caller(request).requireNamespace(key.namespace());
        } catch (ProblemException e) {
            return Answers.refuse(response, view, e.problem());
        }
        EncodedService encoded = encoder.encode(key);
        response.header(HttpHeaderNames.ETAG, encoded.etag()).header(HttpHeaderNames.CACHE_CONTROL, "no-cache");
        if (view.warming()) {
            response.header(Headers.WARMING, "true");
        }
        if (view.stale()) {
            response.header(Headers.STALE, "true");
        }
        String ifNoneMatch = request.requestHeaders().get(HttpHeaderNames.IF_NONE_MATCH);
        if (ifNoneMatch != null && EntityTags.match(ifNoneMatch, encoded.etag())) {
            return response.status(304)
                    .header(Headers.POSITION, view.position().toString())
                    .send();
        }
        return Answers.send(response, view, 200, Answers.JSON, encoded.json());
    }
}
