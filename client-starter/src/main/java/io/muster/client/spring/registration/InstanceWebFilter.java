package io.muster.client.spring.registration;

import io.muster.api.Headers;
import io.muster.api.Identity;
import io.muster.api.LoadLimit;
import io.muster.api.LoadReport;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** The same as {@link InstanceFilter} for WebFlux; here it reaches the requests that were running before, too. */
final class InstanceWebFilter implements WebFilter, Ordered {
    private final LocalInstance instance;
    private final ServerLoad load;
    private final Admission admission;

    InstanceWebFilter(LocalInstance instance, ServerLoad load) {
        this.instance = instance;
        this.load = load;
        this.admission = new Admission(instance, load);
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpResponse response = exchange.getResponse();
        response.beforeCommit(() -> {
            if (instance.isDraining()) {
                response.getHeaders().set(HttpHeaders.CONNECTION, "close");
            }
            return Mono.empty();
        });
        if (isIdentity(exchange.getRequest())) {
            return identify(response);
        }
        String asked = exchange.getRequest().getHeaders().getFirst(Headers.LOAD);
        return Mono.defer(() -> {
            LoadReport declined = admission.startedOrDeclined(asked);
            if (declined != null) {
                return decline(response, declined);
            }
            if (asked != null) {
                response.beforeCommit(() -> {
                    response.getHeaders().set(Headers.LOAD, load.report().header());
                    return Mono.empty();
                });
            }
            return chain.filter(exchange).doFinally(end -> load.ended());
        });
    }

    private static boolean isIdentity(ServerHttpRequest request) {
        return request.getMethod().equals(HttpMethod.GET)
                && request.getPath().value().equals(Identity.PATH);
    }

    private static Mono<Void> decline(ServerHttpResponse response, LoadReport declined) {
        response.setRawStatusCode(LoadLimit.STATUS);
        response.getHeaders().set(Headers.LOAD, declined.header());
        response.getHeaders().setContentLength(0);
        return response.setComplete();
    }

    private Mono<Void> identify(ServerHttpResponse response) {
        Optional<byte[]> identity = instance.identity();
        response.setStatusCode(identity.isPresent() ? HttpStatus.OK : HttpStatus.NOT_FOUND);
        if (identity.isEmpty()) {
            return response.setComplete();
        }
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(identity.get())));
    }
}
