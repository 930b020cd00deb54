package io.muster.registry.web;

import io.muster.api.Headers;
import io.muster.registry.engine.Engine;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Says on every answer where the node is: at or after the effects of the call. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class PositionHeader implements WebFilter {
    private final Engine engine;

    PositionHeader(Engine engine) {
        this.engine = engine;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getResponse().beforeCommit(() -> {
            exchange.getResponse()
                    .getHeaders()
                    .set(Headers.POSITION, engine.view().position().toString());
            if (engine.view().stale()) {
                exchange.getResponse().getHeaders().set(Headers.STALE, "true");
            }
            return Mono.empty();
        });
        return chain.filter(exchange);
    }
}
