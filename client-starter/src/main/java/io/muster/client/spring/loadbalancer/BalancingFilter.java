package io.muster.client.spring.loadbalancer;

import io.muster.api.Headers;
import io.muster.api.LoadLimit;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerProperties;
import org.springframework.cloud.client.loadbalancer.LoadBalancerUriTools;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.ResponseData;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerExchangeFilterFunction;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends the requests of {@code @LoadBalanced} WebClients to an instance of the service that the URI's host names, and
 * reports to the balancer what became of each. Never blocks. Nobody to take a request is an answer with status 503, as
 * with Spring's own filter; it takes that one's place also where an application injects it by its type.
 */
final class BalancingFilter extends ReactorLoadBalancerExchangeFilterFunction {
    private static final Logger log = LoggerFactory.getLogger(BalancingFilter.class);

    private final Routes routes;
    private final List<LoadBalancerClientRequestTransformer> transformers;
    private final LeakGuard leakGuard;

    BalancingFilter(
            ReactiveLoadBalancer.Factory<ServiceInstance> factory,
            Routes routes,
            List<LoadBalancerClientRequestTransformer> transformers,
            LeakGuard leakGuard) {
        super(factory, transformers);
        this.routes = routes;
        this.transformers = List.copyOf(transformers);
        this.leakGuard = leakGuard;
    }

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        String host = request.url().getHost();
        if (host == null) {
            String message = "Request URI does not contain a valid hostname: " + request.url();
            return Mono.just(
                    ClientResponse.create(HttpStatus.BAD_REQUEST).body(message).build());
        }
        return Mono.defer(() -> {
            Route route = routes.route(host);
            BalancedCall<ClientRequest> call =
                    new BalancedCall<>(routes, route, request.method(), request, RequestData::new, false);
            return call.chooseLater()
                    .flatMap(chosen -> attempt(call, chosen, request, next))
                    .switchIfEmpty(Mono.defer(() -> call.isStarted() ? Mono.empty() : Mono.just(unavailable(call))));
        });
    }

    private Mono<ClientResponse> attempt(
            BalancedCall<?> call, ServiceInstance chosen, ClientRequest request, ExchangeFunction next) {
        ObservedBody body = new ObservedBody(request.body(), !BalancedCall.isIdempotent(request.method()));
        // Only then is it known beforehand that it can be sent twice.
        LoadLimit limit = call.limit(request.body() == BodyInserters.empty());
        ClientRequest toInstance = toInstance(call.route(), chosen, request, body, limit);
        return Mono.defer(() -> {
            Attempt attempt = call.start(limit);
            return Mono.defer(() -> next.exchange(toInstance))
                    .flatMap(response -> taken(response, request, attempt))
                    .doOnSuccess(response -> {
                        if (response == null) {
                            attempt.cancel();
                        }
                    })
                    .doOnCancel(attempt::cancel)
                    .onErrorResume(thrown -> again(call, attempt, thrown, body, request, next));
        });
    }

    private Mono<ClientResponse> again(
            BalancedCall<?> call,
            Attempt attempt,
            Throwable thrown,
            ObservedBody body,
            ClientRequest request,
            ExchangeFunction next) {
        Failure failure = Failure.of(thrown);
        attempt.fail(thrown, failure);
        if (!call.isRetryable(failure, body.isReplayable())) {
            return Mono.error(thrown);
        }
        return call.chooseAnotherLater(failure)
                .flatMap(chosen -> {
                    log.debug("{} failed ({}), next {}", attempt.instance(), failure, chosen, thrown);
                    return attempt(call, chosen, request, next).onErrorMap(last -> with(last, thrown));
                })
                .switchIfEmpty(Mono.error(thrown));
    }

    /** The response, unless it only says that the instance declined. */
    private Mono<ClientResponse> taken(ClientResponse response, ClientRequest request, Attempt attempt) {
        DeclinedException declined = attempt.declined(
                response.statusCode().value(),
                response.headers().asHttpHeaders().getFirst(Headers.LOAD));
        return declined == null
                ? Mono.just(track(response, request, attempt))
                : response.releaseBody().onErrorComplete().then(Mono.error(declined));
    }

    private ClientResponse track(ClientResponse response, ClientRequest request, Attempt attempt) {
        attempt.responded(
                response.statusCode().value(),
                response.headers().asHttpHeaders().getFirst(Headers.LOAD),
                () -> new ResponseData(response, new RequestData(request)));
        TrackedBody tracked = new TrackedBody(attempt);
        leakGuard.watch(tracked, attempt);
        return response.mutate().body(tracked::of).build();
    }

    private ClientRequest toInstance(
            Route route,
            ServiceInstance instance,
            ClientRequest request,
            ObservedBody body,
            @Nullable LoadLimit limit) {
        URI uri = LoadBalancerUriTools.reconstructURI(instance, request.url());
        ClientRequest.Builder builder = ClientRequest.from(request).url(uri).body(body);
        LoadBalancerProperties properties = route.properties();
        if (properties != null && properties.getStickySession().isAddServiceInstanceCookie()) {
            String cookie = properties.getStickySession().getInstanceIdCookieName();
            if (cookie != null && !cookie.isEmpty()) {
                builder.cookie(cookie, instance.getInstanceId());
            }
        }
        if (limit != null) {
            builder.headers(headers -> headers.set(Headers.LOAD, limit.header()));
        }
        ClientRequest toInstance = builder.build();
        for (LoadBalancerClientRequestTransformer transformer : transformers) {
            toInstance = transformer.transformRequest(toInstance, instance);
        }
        return toInstance;
    }

    private static ClientResponse unavailable(BalancedCall<?> call) {
        call.foundNobody();
        String message = call.route().noInstanceText();
        log.debug(message);
        return ClientResponse.create(HttpStatus.SERVICE_UNAVAILABLE)
                .body(message)
                .build();
    }

    private static Throwable with(Throwable last, Throwable earlier) {
        if (last != earlier) {
            last.addSuppressed(earlier);
        }
        return last;
    }

    /** Held by the body and by whoever reads it, so that the guard knows when nobody can read it any more. */
    private static final class TrackedBody {
        private final Attempt attempt;

        TrackedBody(Attempt attempt) {
            this.attempt = attempt;
        }

        Flux<DataBuffer> of(Flux<DataBuffer> body) {
            // Not doFinally, which runs after the reader has gone on: his next call shall not see this one in flight.
            return body.doOnComplete(this::completed).doOnError(this::broke).doOnCancel(this::cancelled);
        }

        private void completed() {
            attempt.complete();
        }

        private void broke(Throwable thrown) {
            attempt.breakOff(thrown);
        }

        private void cancelled() {
            attempt.cancel();
        }
    }
}
