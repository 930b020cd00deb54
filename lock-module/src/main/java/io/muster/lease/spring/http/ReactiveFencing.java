package io.muster.lease.spring.http;

import io.muster.lease.FencingContext;
import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Leases and fencing tokens in Reactor's context, because the thread-locals {@link LeaseContext} and
 * {@link FencingContext} do not follow a chain from thread to thread.
 */
public final class ReactiveFencing {
    private static final Object LEASES = new Object();
    private static final Object TOKENS = new Object();

    private ReactiveFencing() {}

    /**
     * For a caller: the leases of the thread that calls this, for {@code contextWrite}, so that each request of the chain
     * above carries their tokens, whichever thread subscribes to it. A request that is subscribed to by the thread that holds the
     * leases ({@code block()} in a job) needs none of this.
     *
     * <pre>{@code
     * orders.flatMap(order -> client.put().uri("http://ledger/{id}", order.id()).retrieve().toBodilessEntity())
     *       .contextWrite(ReactiveFencing.capture())
     * }</pre>
     */
    public static Function<Context, Context> capture() {
        List<Lease> leases = LeaseContext.leases();
        return context -> context.put(LEASES, leases);
    }

    /**
     * For an endpoint with {@link io.muster.lease.http.RequireFence}: does blocking work for the tokens of its request, on a
     * thread for such work, so that a guarded data source checks them in the transaction. Fails with an
     * {@link IllegalStateException} where the context has no such request.
     */
    public static <T> Mono<T> call(Callable<? extends @Nullable T> work) {
        return Mono.deferContextual(context -> {
            List<CheckedToken> tokens = context.getOrDefault(TOKENS, List.of());
            if (tokens == null || tokens.isEmpty()) {
                return Mono.error(new IllegalStateException(
                        "no request with a fencing token is in the context: call this within the Mono or Flux that an"
                                + " endpoint with @RequireFence returns"));
            }
            Callable<? extends @Nullable T> bound = () -> FencingContext.<@Nullable T>call(tokens, work::call);
            return Mono.<T>fromCallable(bound).subscribeOn(Schedulers.boundedElastic());
        });
    }

    static List<Lease> leases(ContextView context) {
        List<Lease> leases = context.getOrDefault(LEASES, null);
        return leases == null ? LeaseContext.leases() : leases;
    }

    static Function<Context, Context> with(List<CheckedToken> tokens) {
        return context -> context.put(TOKENS, tokens);
    }
}
