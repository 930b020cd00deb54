package io.muster.lease.spring.http;

import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.http.Admission;
import io.muster.lease.http.FenceGate;
import io.muster.lease.http.FenceProblem;
import io.muster.lease.http.FenceRule;
import io.muster.lease.http.FencingTokenHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.DispatchExceptionHandler;
import org.springframework.web.reactive.HandlerAdapter;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Admits requests to endpoints of Spring WebFlux, puts their tokens into the context of what the handler returns, and answers 409
 * when a token turned out too old within the handler's transaction. It stands before the adapter that calls handlers.
 */
final class ReactiveGuard implements HandlerAdapter, Ordered {
    private final EndpointRules rules;
    private final Supplier<FenceGate> gate;
    private final Supplier<? extends HandlerAdapter> handlers;
    private final Scheduler blocking;
    private final FenceRefusals refusals;

    /**
     * @param handlers calls the handler methods
     * @param blocking where fences are asked
     */
    ReactiveGuard(
            EndpointRules rules,
            Supplier<FenceGate> gate,
            Supplier<? extends HandlerAdapter> handlers,
            Scheduler blocking,
            FenceRefusals refusals) {
        this.rules = rules;
        this.gate = gate;
        this.handlers = handlers;
        this.blocking = blocking;
        this.refusals = refusals;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public boolean supports(Object handler) {
        return handler instanceof HandlerMethod method && !rules.of(method).isEmpty();
    }

    @Override
    public Mono<HandlerResult> handle(ServerWebExchange exchange, Object handler) {
        List<String> header = exchange.getRequest().getHeaders().getOrDefault(FencingTokenHeader.NAME, List.of());
        List<FenceRule> required = rules.of((HandlerMethod) handler);
        return Mono.fromFuture(() -> gate.get().admit(header, required, blocking::schedule))
                // A slow handler is to take no thread away from fences, nor from the store.
                .publishOn(Schedulers.parallel())
                .flatMap(admission -> admission instanceof Admission.Refused refused
                        ? answer(exchange, refused.problem()).then(Mono.empty())
                        : admitted(exchange, handler, ((Admission.Admitted) admission).tokens()));
    }

    private Mono<HandlerResult> admitted(ServerWebExchange exchange, Object handler, List<CheckedToken> tokens) {
        return handlers.get().handle(exchange, handler).map(result -> {
            HandlerResult bound = new HandlerResult(
                    result.getHandler(),
                    withTokens(result.getReturnValue(), tokens),
                    result.getReturnTypeSource(),
                    result.getBindingContext());
            DispatchExceptionHandler theirs = result.getExceptionHandler();
            return bound.setExceptionHandler((failed, failure) -> {
                Optional<FenceProblem> problem = StaleTokens.problem(failure, tokens);
                return problem.isPresent() && !failed.getResponse().isCommitted()
                        ? answer(failed, problem.get()).then(Mono.empty())
                        : theirs == null ? Mono.error(failure) : theirs.handleError(failed, failure);
            });
        });
    }

    private static @Nullable Object withTokens(@Nullable Object returned, List<CheckedToken> tokens) {
        if (returned instanceof Mono<?> mono) {
            return mono.contextWrite(ReactiveFencing.with(tokens));
        }
        return returned instanceof Flux<?> flux ? flux.contextWrite(ReactiveFencing.with(tokens)) : returned;
    }

    private Mono<Void> answer(ServerWebExchange exchange, FenceProblem problem) {
        refusals.count(problem);
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(problem.status()));
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (problem.status() == 503) {
            headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(FenceProblem.RETRY_AFTER_SECONDS));
        }
        byte[] body = problem.json().getBytes(StandardCharsets.US_ASCII);
        headers.setContentLength(body.length);
        DataBuffer buffer = response.bufferFactory().wrap(body);
        return response.writeWith(Mono.just(buffer));
    }
}
