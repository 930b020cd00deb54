package io.muster.client.spring.loadbalancer;

import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Ends the attempt that {@link BalancingGatewayFilter} started: when the instance's body is read, breaks, or is no longer
 * wanted. It stands around the filters that write the response, and looks at the body as they read it, since an error of the
 * whole exchange may as well be the caller's connection.
 */
final class GatewayResponseFilter implements GlobalFilter, Ordered {
    private static final int ORDER = NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER - 1;

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        ServerHttpResponse response = new TrackedServerResponse(exchange);
        return chain.filter(exchange.mutate().response(response).build())
                .doOnSuccess(done -> end(exchange, Attempt::complete))
                .doOnError(thrown -> end(exchange, attempt -> attempt.breakOff(thrown)))
                .doOnCancel(() -> end(exchange, Attempt::cancel));
    }

    private static void end(ServerWebExchange exchange, Consumer<Attempt> ending) {
        Attempt attempt = exchange.getAttribute(BalancingGatewayFilter.ATTEMPT);
        if (attempt != null) {
            ending.accept(attempt);
        }
    }

    private static final class TrackedServerResponse extends ServerHttpResponseDecorator {
        private final ServerWebExchange exchange;

        TrackedServerResponse(ServerWebExchange exchange) {
            super(exchange.getResponse());
            this.exchange = exchange;
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return super.writeWith(tracked(body));
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
            return super.writeAndFlushWith(tracked(body));
        }

        private <T> Publisher<? extends T> tracked(Publisher<? extends T> body) {
            Attempt attempt = exchange.getAttribute(BalancingGatewayFilter.ATTEMPT);
            if (attempt == null) {
                return body;
            }
            // Not doFinally, which runs after the caller has the end: his next call shall not see this one in flight.
            if (body instanceof Mono<? extends T> mono) {
                return mono.doOnSuccess(done -> attempt.complete())
                        .doOnError(attempt::breakOff)
                        .doOnCancel(attempt::cancel);
            }
            return Flux.from(body)
                    .doOnComplete(attempt::complete)
                    .doOnError(attempt::breakOff)
                    .doOnCancel(attempt::cancel);
        }
    }
}
