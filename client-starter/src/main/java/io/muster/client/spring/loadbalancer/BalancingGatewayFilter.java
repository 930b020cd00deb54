package io.muster.client.spring.loadbalancer;

import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_LOADBALANCER_RESPONSE_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_SCHEME_PREFIX_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.addOriginalRequestUrl;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.reset;

import io.muster.api.Headers;
import io.muster.api.LoadLimit;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.ResponseData;
import org.springframework.cloud.gateway.config.GatewayLoadBalancerProperties;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.cloud.gateway.support.DelegatingServiceInstance;
import org.springframework.cloud.gateway.support.NotFoundException;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Sends the requests of Spring Cloud Gateway's {@code lb://} routes to an instance of the service that the URI's host names,
 * and starts an attempt for each. Takes the place of Spring's own filter, at its order. Never blocks.
 *
 * <p>What follows in the chain ends when the response's headers are here, or nothing came: up to there another instance can
 * be tried. The body is written by filters around this one, where {@link GatewayResponseFilter} ends the attempt.
 */
final class BalancingGatewayFilter extends ReactiveLoadBalancerClientFilter {
    /** The exchange's attribute that holds the latest attempt. */
    static final String ATTEMPT = BalancingGatewayFilter.class.getName() + ".attempt";

    private static final Logger log = LoggerFactory.getLogger(BalancingGatewayFilter.class);
    private static final String SCHEME = "lb";
    private static final Set<HttpMethod> BODILESS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final GatewayLoadBalancerProperties properties;
    private final Routes routes;

    BalancingGatewayFilter(LoadBalancerClientFactory factory, GatewayLoadBalancerProperties properties, Routes routes) {
        super(factory, properties);
        this.properties = properties;
        this.routes = routes;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        URI url = exchange.getAttribute(GATEWAY_REQUEST_URL_ATTR);
        boolean prefixed = SCHEME.equals(exchange.getAttribute(GATEWAY_SCHEME_PREFIX_ATTR));
        if (url == null || (!prefixed && !SCHEME.equals(url.getScheme()))) {
            return chain.filter(exchange);
        }
        String host = url.getHost();
        if (host == null) {
            return Mono.error(new IllegalStateException("Request URI does not contain a valid hostname: " + url));
        }
        addOriginalRequestUrl(exchange, url);
        endEarlier(exchange);
        Route route = routes.route(host);
        BalancedCall<ServerWebExchange> call = new BalancedCall<>(
                routes,
                route,
                exchange.getRequest().getMethod(),
                exchange,
                asked -> new RequestData(asked.getRequest(), asked.getAttributes()),
                false);
        // Where the scheme follows a prefix, as in lb:ws://orders, it stands.
        Passage passage = new Passage(call, exchange, chain, prefixed ? url.getScheme() : null);
        return call.chooseLater()
                .singleOptional()
                .flatMap(chosen -> chosen.isPresent() ? attempt(passage, chosen.get()) : Mono.error(nobody(call)));
    }

    /** One request's way through the rest of the chain. */
    private record Passage(
            BalancedCall<?> call,
            ServerWebExchange exchange,
            GatewayFilterChain chain,
            @Nullable String scheme) {}

    private Mono<Void> attempt(Passage passage, ServiceInstance chosen) {
        return Mono.defer(() -> {
            ServerWebExchange exchange = passage.exchange();
            address(passage, chosen);
            LoadLimit limit = passage.call().limit(isSimple(exchange));
            ObservedServerRequest request = new ObservedServerRequest(asking(exchange.getRequest(), limit));
            ServerWebExchange toInstance = exchange.mutate().request(request).build();
            Attempt attempt = passage.call().start(limit);
            exchange.getAttributes().put(ATTEMPT, attempt);
            AtomicBoolean passedOn = new AtomicBoolean();
            return passage.chain()
                    .filter(toInstance)
                    .then(Mono.defer(() -> {
                        DeclinedException declined = declined(exchange, attempt);
                        if (declined != null) {
                            return discardResponse(exchange).then(Mono.<Void>error(declined));
                        }
                        passedOn.set(true);
                        responded(exchange, attempt);
                        return Mono.empty();
                    }))
                    .doOnCancel(() -> {
                        // A filter that repeats requests cancels those that have succeeded, too.
                        if (!passedOn.get()) {
                            attempt.cancel();
                        }
                    })
                    .onErrorResume(thrown -> again(passage, attempt, thrown, request));
        });
    }

    /** The same request; it also asks the instance for its load. */
    private static ServerHttpRequest asking(ServerHttpRequest request, @Nullable LoadLimit limit) {
        return limit == null
                ? request
                : request.mutate()
                        .headers(headers -> headers.set(Headers.LOAD, limit.header()))
                        .build();
    }

    /** Whether it can be sent twice: without a body, which comes in once, and no WebSocket, whose caller already has his answer then. */
    private static boolean isSimple(ServerWebExchange exchange) {
        HttpHeaders headers = exchange.getRequest().getHeaders();
        return BODILESS.contains(exchange.getRequest().getMethod())
                && headers.getContentLength() <= 0
                && !headers.containsKey(HttpHeaders.TRANSFER_ENCODING)
                && !isWebSocket(exchange)
                && !"websocket".equalsIgnoreCase(headers.getUpgrade());
    }

    private static @Nullable DeclinedException declined(ServerWebExchange exchange, Attempt attempt) {
        ServerHttpResponse response = exchange.getResponse();
        HttpStatusCode status = response.getStatusCode();
        return status == null || response.isCommitted()
                ? null
                : attempt.declined(status.value(), response.getHeaders().getFirst(Headers.LOAD));
    }

    /** Reads an empty response to its end, so that its connection can be used again; any other takes its connection along. */
    private static Mono<Void> discardResponse(ServerWebExchange exchange) {
        Connection connection = exchange.getAttribute(CLIENT_RESPONSE_CONN_ATTR);
        if (connection == null) {
            return Mono.empty();
        }
        exchange.getAttributes().remove(CLIENT_RESPONSE_CONN_ATTR);
        exchange.getResponse().setStatusCode(null);
        if (exchange.getResponse().getHeaders().getContentLength() != 0) {
            connection.dispose();
            return Mono.empty();
        }
        return connection.inbound().receive().then().onErrorComplete();
    }

    private Mono<Void> again(Passage passage, Attempt attempt, Throwable thrown, ObservedServerRequest request) {
        BalancedCall<?> call = passage.call();
        Failure failure = failure(thrown);
        attempt.fail(thrown, failure);
        boolean replayable =
                request.isReplayable() && !passage.exchange().getResponse().isCommitted();
        if (!call.isRetryable(failure, replayable)) {
            return Mono.error(thrown);
        }
        return call.chooseAnotherLater(failure).singleOptional().flatMap(chosen -> {
            if (chosen.isEmpty()) {
                return Mono.error(thrown);
            }
            log.debug("{} failed ({}), next {}", attempt.instance(), failure, chosen.get(), thrown);
            reset(passage.exchange());
            return attempt(passage, chosen.get()).onErrorMap(last -> with(last, thrown));
        });
    }

    /** Says where the filters that follow send the request. */
    private void address(Passage passage, ServiceInstance instance) {
        ServerWebExchange exchange = passage.exchange();
        String scheme = passage.scheme();
        if (scheme == null) {
            scheme = instance.isSecure() ? "https" : "http";
        }
        URI uri = reconstructURI(
                new DelegatingServiceInstance(instance, scheme),
                exchange.getRequest().getURI());
        exchange.getAttributes().put(GATEWAY_REQUEST_URL_ATTR, uri);
        exchange.getAttributes()
                .put(
                        GATEWAY_LOADBALANCER_RESPONSE_ATTR,
                        instance instanceof MusterServiceInstance ours
                                ? ours.asResponse()
                                : new DefaultResponse(instance));
    }

    private NotFoundException nobody(BalancedCall<?> call) {
        call.foundNobody();
        return NotFoundException.create(properties.isUse404(), call.route().noInstanceText());
    }

    private static void responded(ServerWebExchange exchange, Attempt attempt) {
        ServerHttpResponse response = exchange.getResponse();
        if (isWebSocket(exchange)) {
            exchange.getAttributes().remove(ATTEMPT);
            endWithConnection(response, attempt);
        } else if (response.isCommitted()) {
            // Somebody on the way answered without the instance.
            attempt.completeUntimed();
        } else {
            HttpStatusCode status = response.getStatusCode();
            String load = response.getHeaders().getFirst(Headers.LOAD);
            // It was not the gateway's caller who asked.
            response.getHeaders().remove(Headers.LOAD);
            attempt.responded(
                    status == null ? HttpStatus.OK.value() : status.value(),
                    load,
                    () -> new ResponseData(response, new RequestData(exchange.getRequest(), exchange.getAttributes())));
        }
    }

    private static boolean isWebSocket(ServerWebExchange exchange) {
        URI url = exchange.getAttribute(GATEWAY_REQUEST_URL_ATTR);
        return url != null && ("ws".equals(url.getScheme()) || "wss".equals(url.getScheme()));
    }

    /** The exchange is over with its upgrade; the session is with the caller's connection. */
    private static void endWithConnection(ServerHttpResponse response, Attempt attempt) {
        HttpServerResponse server = ServerHttpResponseDecorator.getNativeResponse(response);
        server.withConnection(connection -> connection.onDispose(attempt::completeUntimed));
    }

    /** A filter that repeats requests never writes the response that it did not like. */
    private static void endEarlier(ServerWebExchange exchange) {
        Attempt earlier = exchange.getAttribute(ATTEMPT);
        if (earlier != null) {
            earlier.complete();
        }
    }

    private static Failure failure(Throwable thrown) {
        // The gateway's own time limit is an answer of its.
        boolean timeout = thrown instanceof ResponseStatusException answer
                && answer.getStatusCode().isSameCodeAs(HttpStatus.GATEWAY_TIMEOUT);
        return timeout ? Failure.TIMEOUT : Failure.of(thrown);
    }

    private static Throwable with(Throwable last, Throwable earlier) {
        if (last != earlier) {
            last.addSuppressed(earlier);
        }
        return last;
    }
}
