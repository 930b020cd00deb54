package io.muster.client.spring.registration;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** The same as {@link LastAnswersFilter} for WebFlux; here it reaches the requests that were running before, too. */
final class LastAnswersWebFilter implements WebFilter, Ordered {
    private final LocalInstance instance;

    LastAnswersWebFilter(LocalInstance instance) {
        this.instance = instance;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getResponse().beforeCommit(() -> {
            if (instance.isDraining()) {
                exchange.getResponse().getHeaders().set(HttpHeaders.CONNECTION, "close");
            }
            return Mono.empty();
        });
        return chain.filter(exchange);
    }
}
