package io.muster.client.spring.loadbalancer;

import java.util.Objects;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.http.HttpRequest;

/** What {@link BalancingInterceptor} does around a request, without the request, for benchmarks. */
public final class StarterCalls {
    private final Routes routes;

    /** Calls by what an application has. */
    public StarterCalls(BeanFactory beans) {
        this.routes = beans.getBean(Routes.class);
    }

    /** Chooses an instance. */
    public ServiceInstance choose(HttpRequest request) throws InterruptedException {
        return Objects.requireNonNull(call(request).choose());
    }

    /** Chooses an instance, starts a request there, has it answered and ends it. */
    public ServiceInstance cycle(HttpRequest request) throws InterruptedException {
        BalancedCall<HttpRequest> call = call(request);
        Objects.requireNonNull(call.choose());
        Attempt attempt = call.start(call.limit(true));
        attempt.responded(200, null, () -> null);
        attempt.complete();
        return attempt.instance();
    }

    private BalancedCall<HttpRequest> call(HttpRequest request) {
        Route route = routes.route(request.getURI().getHost());
        return new BalancedCall<>(routes, route, request.getMethod(), request, StarterCalls::notAsked, true);
    }

    private static RequestData notAsked(HttpRequest request) {
        throw new IllegalStateException("Nobody must ask for the data of " + request.getURI());
    }
}
