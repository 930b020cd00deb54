package io.muster.registry.proxy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.muster.registry.security.LoopbackHosts;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** What happens to each request: whether it may be made, where it goes, and what is told of it afterwards. Thread-safe. */
final class ProxyHandler implements BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {
    private static final String NAMESPACE = "X-Muster-Namespace";

    private final Parts parts;
    private final int maxRequests;
    private final ProxyProperties.Timeouts timeouts;
    private final boolean loopback;
    private final boolean showInstances;
    private final LongSupplier nanoClock;
    private final AtomicInteger underWay = new AtomicInteger();

    /**
     * What it works with.
     *
     * @param router where requests go
     * @param access who may call
     * @param services who is called
     * @param backends how
     * @param headers what happens to headers
     * @param streams what is open for long
     * @param log what is logged
     */
    record Parts(
            ProxyRouter router,
            ProxyAccess access,
            ProxiedServices services,
            Backends backends,
            ProxyHeaders headers,
            OpenStreams streams,
            AccessLog log) {}

    /** @param loopback whether the proxy can be reached from this machine alone */
    ProxyHandler(Parts parts, ProxyProperties properties, boolean loopback, LongSupplier nanoClock) {
        this.parts = parts;
        this.maxRequests = properties.limits().maxRequests();
        this.timeouts = properties.timeouts();
        this.loopback = loopback;
        this.showInstances = switch (properties.access().showInstances()) {
            case AUTO -> loopback;
            case ALWAYS -> true;
            case NEVER -> false;
        };
        this.nanoClock = nanoClock;
    }

    int underWay() {
        return underWay.get();
    }

    @Override
    public Publisher<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        long startedAt = nanoClock.getAsLong();
        // Before anything is decided: requests with bodies are counted in their order.
        Mono<Void> refusedBody = refusedBody(request);
        try {
            ProxyRoute route = admit(request);
            ProxiedService service = find(route);
            return pass(new ProxyCall(request, response, route, refusedBody, startedAt), service);
        } catch (Refusal refusal) {
            parts.log().over(request, null, null, refusal.status(), 0, nanoClock.getAsLong() - startedAt);
            return ProxyAnswers.problem(request, response, refusal.status(), refusal.detail(), 0, null);
        }
    }

    private ProxyRoute admit(HttpServerRequest request) {
        String host = request.requestHeaders().get(HttpHeaderNames.HOST, "");
        AtomicReference<@Nullable Refusal> syntax = new AtomicReference<>();
        request.withConnection(connection -> syntax.set(refusal(connection.channel(), host)));
        Refusal refused = syntax.get();
        if (refused != null) {
            throw refused;
        }
        if (!parts.access().allows(request.requestHeaders().get(HttpHeaderNames.PROXY_AUTHORIZATION))) {
            throw new Refusal(407, "the call needs a token of this proxy: Proxy-Authorization: Bearer ...");
        }
        if (loopback && !parts.access().asks() && !parts.router().isServiceHost(host) && !LoopbackHosts.allow(host)) {
            throw new Refusal(421, "Host must name this machine's loopback or a service but was another");
        }
        if (parts.headers().isLoop(request.requestHeaders())) {
            throw new Refusal(508, "this proxy has passed the request on already");
        }
        ProxyRoute route = parts.router()
                .route(host, request.uri(), request.requestHeaders().get(NAMESPACE));
        if (route == null) {
            throw new Refusal(404, "the first part of the path must be a service's name, as in /orders/items");
        }
        return route;
    }

    private static Mono<Void> refusedBody(HttpServerRequest request) {
        if (!ProxyCall.hasBody(request.requestHeaders())) {
            return Mono.never();
        }
        AtomicReference<@Nullable Mono<Void>> refused = new AtomicReference<>();
        request.withConnection(connection -> refused.set(RequestSyntax.refusedBody(connection.channel())));
        Mono<Void> found = refused.get();
        return found == null ? Mono.never() : found;
    }

    private static @Nullable Refusal refusal(Channel channel, String host) {
        return RequestSyntax.refusal(channel, host);
    }

    private ProxiedService find(ProxyRoute route) {
        // The same words for what is not there and for what is not to be seen.
        ProxiedService service =
                parts.router().isExposed(route.service()) ? parts.services().find(route.service()) : null;
        if (service == null) {
            throw new Refusal(
                    404,
                    "service " + route.service().service() + " in namespace "
                            + route.service().namespace() + " must be registered and exposed but is not");
        }
        if (!service.mayCall()) {
            throw new Refusal(429, "service " + route.service().service() + " gets no more requests in this second");
        }
        return service;
    }

    private Publisher<Void> pass(ProxyCall call, ProxiedService service) {
        if (underWay.incrementAndGet() > maxRequests) {
            underWay.decrementAndGet();
            throw new Refusal(503, "requests under way must be at most " + maxRequests + " but were more");
        }
        CircuitBreaker breaker = service.breaker();
        if (breaker != null && !breaker.tryAcquirePermission()) {
            underWay.decrementAndGet();
            throw new Refusal(
                    503,
                    "service " + call.route().service().service()
                            + " failed so often that its circuit breaker is open");
        }
        Mono<Void> passed = ProxyCall.isWebSocket(call.headers())
                ? new WebSocketExchange(call, service, parts, timeouts, showInstances, nanoClock).run()
                : new Exchange(call, service, parts.backends(), parts.headers(), parts.streams(), showInstances).run();
        AtomicBoolean over = new AtomicBoolean();
        return passed.doFinally(signal -> {
            if (over.compareAndSet(false, true)) {
                over(call, service, signal);
            }
        });
    }

    private void over(ProxyCall call, ProxiedService service, SignalType signal) {
        underWay.decrementAndGet();
        long nanos = nanoClock.getAsLong() - call.startedAt();
        int status = call.status();
        boolean gone = signal == SignalType.CANCEL && status < 500;
        service.ended((gone || status == 0) ? null : Boolean.valueOf(status >= 500), nanos);
        parts.services().meters(service).answered(status, nanos);
        parts.log()
                .over(
                        call.request(),
                        service.key().namespace() + "/" + service.key().service(),
                        call.instance(),
                        status,
                        call.attempts(),
                        nanos);
    }
}
