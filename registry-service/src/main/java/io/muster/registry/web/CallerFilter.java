package io.muster.registry.web;

import io.muster.api.Names;
import io.muster.registry.security.Caller;
import io.muster.registry.security.Gate;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Serves only what has passed the gate, and only in the namespaces that its caller may use. The gate says whether a call names
 * its namespace in its query: both read one path in one way, however it is spelled.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class CallerFilter implements WebFilter {
    private static final String CALLER = CallerFilter.class.getName() + ".caller";
    private static final String NAMESPACE = "namespace";

    /** Who makes a request. */
    static Caller of(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(CALLER);
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return Mono.defer(() -> {
            HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
            Gate.Admission admission = GateRoute.admission(request);
            Caller caller = admission.caller();
            if (admission.namespaced()) {
                namespaces(exchange).forEach(caller::requireNamespace);
            }
            exchange.getAttributes().put(CALLER, caller);
            return chain.filter(exchange);
        });
    }

    private static List<String> namespaces(ServerWebExchange exchange) {
        return exchange.getRequest().getQueryParams().getOrDefault(NAMESPACE, List.of(Names.DEFAULT_NAMESPACE)).stream()
                .map(String::valueOf)
                .toList();
    }
}
