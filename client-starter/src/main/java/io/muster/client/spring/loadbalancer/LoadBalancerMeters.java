package io.muster.client.spring.loadbalancer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.lb.Outcome;
import java.util.Locale;

/**
 * Meters of the balanced calls, by service: {@code muster.loadbalancer.}
 *
 * <ul>
 *   <li>{@code inflight}: requests that have started and not ended
 *   <li>{@code requests}: ended requests by {@code outcome}, each attempt of a call counted
 *   <li>{@code retries}, {@code retries.denied}: attempts after a failed one, and those that the budget did not allow
 *   <li>{@code noinstance}: calls that found no instance
 *   <li>{@code leaked}: responses that were dropped without being read to the end or closed
 *   <li>{@code missedkeys}: requests without the key that was to be hashed
 *   <li>{@code endpoints}, {@code ejected}: instances that may take requests, and those of them that are out of the
 *       rotation because they refused a connection
 * </ul>
 *
 * <p>Services are few: their number is bounded by {@link ServiceBalancers}.
 */
final class LoadBalancerMeters implements MeterBinder {
    private static final String PREFIX = "muster.loadbalancer.";

    private final ServiceBalancers balancers;

    LoadBalancerMeters(ServiceBalancers balancers) {
        this.balancers = balancers;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        balancers.onOpen(balancer -> bind(registry, balancer));
    }

    private static void bind(MeterRegistry registry, ServiceBalancer balancer) {
        Tags tags = Tags.of("service", balancer.service());
        Traffic traffic = balancer.traffic();
        Gauge.builder(PREFIX + "inflight", traffic, Traffic::inFlight)
                .description("Requests that have started and not ended")
                .tags(tags)
                .register(registry);
        for (Outcome outcome : Outcome.values()) {
            FunctionCounter.builder(PREFIX + "requests", traffic, counted -> counted.finishedWith(outcome))
                    .description("Ended requests by outcome, each attempt of a call counted")
                    .tags(tags.and("outcome", outcome.name().toLowerCase(Locale.ROOT)))
                    .register(registry);
        }
        FunctionCounter.builder(PREFIX + "retries", traffic, Traffic::retries)
                .description("Attempts after a failed one")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(PREFIX + "retries.denied", traffic, Traffic::retriesDenied)
                .description("Retries that the budget did not allow")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(PREFIX + "noinstance", traffic, Traffic::noInstance)
                .description("Calls that found no instance")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(PREFIX + "missedkeys", traffic, Traffic::missedKeys)
                .description("Requests without the key that was to be hashed")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(PREFIX + "leaked", traffic, Traffic::leakedResponses)
                .description("Responses that were dropped without being read to the end or closed")
                .tags(tags)
                .register(registry);
        Gauge.builder(PREFIX + "endpoints", balancer, LoadBalancerMeters::endpoints)
                .description("Instances that may take requests")
                .tags(tags)
                .register(registry);
        Gauge.builder(PREFIX + "ejected", balancer, LoadBalancerMeters::ejected)
                .description("Instances out of the rotation because they refused a connection or failed too much")
                .tags(tags)
                .register(registry);
    }

    private static double endpoints(ServiceBalancer balancer) {
        return balancer.snapshot().endpoints().size();
    }

    private static double ejected(ServiceBalancer balancer) {
        return balancer.snapshot().endpoints().stream()
                .filter(endpoint -> endpoint.statistics().ejected())
                .count();
    }
}
