package io.muster.registry.proxy;

import io.muster.lb.LoadBalancers;
import io.muster.lb.Options;
import io.muster.lb.OutlierDetection;
import io.muster.lb.SlowStart;
import io.muster.lb.Strategy;
import io.muster.lb.Subset;
import io.muster.lb.ZoneAwareness;
import jakarta.validation.Valid;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How an instance of a service is chosen, and what happens when it fails. The names and defaults are those of {@code muster.load-balancer} in a client.
 *
 * @param strategy one of the strategies' names
 * @param hash what of a request is hashed, for strategies that keep equal requests together
 * @param zone how far requests stay in this proxy's zone
 * @param outlier when an instance that fails much more than the others is left out
 * @param slowStart how an instance that joins begins
 * @param retry when a failed request is tried again on another instance
 * @param circuitBreaker when a service that fails as a whole is left alone
 * @param rateLimit how many requests a service gets
 */
public record Balancing(
        @DefaultValue(LoadBalancers.POWER_OF_TWO_CHOICES) String strategy,
        @DefaultValue @Valid Hash hash,
        @DefaultValue @Valid Zone zone,
        @DefaultValue @Valid Outlier outlier,
        @DefaultValue @Valid SlowStartSettings slowStart,
        @DefaultValue @Valid Retry retry,
        @DefaultValue @Valid CircuitBreaker circuitBreaker,
        @DefaultValue @Valid RateLimit rateLimit) {
    /** @throws IllegalArgumentException when a value breaks its rule, or does not fit another one */
    public Balancing {
        ProxyProperties.require(
                LoadBalancers.strategyNames().contains(strategy),
                "balancing.strategy",
                "one of " + LoadBalancers.strategyNames(),
                strategy);
        ProxyProperties.require(
                !LoadBalancers.strategy(strategy).isKeyed() || hash.isGiven(),
                "balancing.hash",
                "given for strategy " + strategy,
                hash);
        Options unused = options(zone, outlier, slowStart);
    }

    Strategy newStrategy() {
        return LoadBalancers.strategy(strategy);
    }

    /** What surrounds the strategy. */
    Options options() {
        return options(zone, outlier, slowStart);
    }

    private static Options options(Zone zone, Outlier outlier, SlowStartSettings slowStart) {
        return new Options(
                List.of(),
                Subset.ALL,
                outlier.detection(),
                new SlowStart(slowStart.window(), slowStart.minPercent()),
                new ZoneAwareness(zone.name(), Map.of(), zone.minInstances()),
                true);
    }

    /**
     * What of a request is hashed: one of them.
     *
     * @param header name of a header
     * @param cookie name of a cookie
     * @param query name of a query parameter
     * @param path whether it is the path
     */
    public record Hash(
            @Nullable String header,
            @Nullable String cookie,
            @Nullable String query,
            @DefaultValue("false") boolean path) {
        /** @throws IllegalArgumentException when there is more than one */
        public Hash {
            long given = Stream.of(header, cookie, query)
                            .filter(name -> name != null)
                            .count()
                    + (path ? 1 : 0);
            ProxyProperties.require(given <= 1, "balancing.hash", "one of header, cookie, query and path", given);
        }

        boolean isGiven() {
            return header != null || cookie != null || query != null || path;
        }
    }

    /**
     * How far requests stay in this proxy's zone.
     *
     * @param name this proxy's zone; empty makes no difference
     * @param minInstances with fewer instances zones make no difference
     */
    public record Zone(
            @DefaultValue("") String name,
            @DefaultValue("6") int minInstances) {}

    /**
     * When an instance that fails much more than the others is left out for a while.
     *
     * @param enabled whether one is
     * @param consecutiveFailures failures in a row that take an instance out at once; 0 for never
     * @param interval how often the shares of failures are looked at
     * @param failurePercent share of failed requests in an interval that takes an instance out; 0 for never
     * @param minRequests requests that an instance must have had in an interval for its shares to count
     * @param ejection how long the first time out lasts; the n-th in succession lasts n times as long
     * @param maxEjectedPercent share of the instances that may be out; one always may
     * @param panicPercent share of the instances that must be left; else all are used
     */
    public record Outlier(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("5") int consecutiveFailures,
            @DefaultValue("10s") Duration interval,
            @DefaultValue("85") int failurePercent,
            @DefaultValue("50") int minRequests,
            @DefaultValue("30s") Duration ejection,
            @DefaultValue("10") int maxEjectedPercent,
            @DefaultValue("50") int panicPercent) {
        OutlierDetection detection() {
            OutlierDetection base = OutlierDetection.ON;
            Duration most = ejection.compareTo(base.maxEjection()) > 0 ? ejection : base.maxEjection();
            return new OutlierDetection(
                    enabled,
                    consecutiveFailures,
                    interval,
                    failurePercent,
                    base.deviations(),
                    minRequests,
                    ejection,
                    most,
                    maxEjectedPercent,
                    panicPercent);
        }
    }

    /**
     * How an instance that joins begins.
     *
     * @param window how long it takes until it has its full share; 0 for at once
     * @param minPercent share of its weight with which it begins, 1 to 100
     */
    public record SlowStartSettings(
            @DefaultValue("0s") Duration window,
            @DefaultValue("10") int minPercent) {}

    /**
     * When a failed request is tried again on another instance: any method when no connection came about; GET, HEAD, OPTIONS, PUT and DELETE also when the
     * connection broke before the answer's headers, and nothing of a body had been read.
     *
     * @param enabled whether one is
     * @param maxAttempts most attempts of one request, the first included, 1 to 10
     * @param budgetPercent most retries in percent of the requests of the last 10 s; refused connections are not charged
     * @param budgetMinPerSecond retries per second that the budget allows however few requests there are
     */
    public record Retry(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("3") int maxAttempts,
            @DefaultValue("20") int budgetPercent,
            @DefaultValue("10") int budgetMinPerSecond) {
        /** @throws IllegalArgumentException when a value breaks its rule */
        public Retry {
            ProxyProperties.require(
                    maxAttempts >= 1 && maxAttempts <= 10,
                    "balancing.retry.max-attempts",
                    "between 1 and 10",
                    maxAttempts);
            ProxyProperties.require(
                    budgetPercent >= 0 && budgetPercent <= 100,
                    "balancing.retry.budget-percent",
                    "between 0 and 100",
                    budgetPercent);
            ProxyProperties.require(
                    budgetMinPerSecond >= 0 && budgetMinPerSecond <= 10_000,
                    "balancing.retry.budget-min-per-second",
                    "between 0 and 10000",
                    budgetMinPerSecond);
        }

        int attempts() {
            return enabled ? maxAttempts : 1;
        }
    }

    /**
     * When a service that fails as a whole is left alone for a while: 503 without an attempt.
     *
     * @param enabled whether it is
     * @param failurePercent share of requests without an answer, or answered 5xx, that opens it, 1 to 100
     * @param window how many of the last requests count
     * @param minRequests how many there must have been
     * @param open how long nobody is let through
     * @param halfOpenRequests how many are let through then to see whether it works again
     */
    public record CircuitBreaker(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("50") int failurePercent,
            @DefaultValue("100") int window,
            @DefaultValue("20") int minRequests,
            @DefaultValue("10s") Duration open,
            @DefaultValue("10") int halfOpenRequests) {
        /** @throws IllegalArgumentException when a value breaks its rule */
        public CircuitBreaker {
            String name = "balancing.circuit-breaker.";
            ProxyProperties.require(
                    failurePercent >= 1 && failurePercent <= 100,
                    name + "failure-percent",
                    "between 1 and 100",
                    failurePercent);
            ProxyProperties.require(window >= 1 && window <= 100_000, name + "window", "between 1 and 100000", window);
            ProxyProperties.require(
                    minRequests >= 1 && minRequests <= window,
                    name + "min-requests",
                    "between 1 and window",
                    minRequests);
            ProxyProperties.require(
                    open.toMillis() >= 10 && open.toDays() < 1, name + "open", "between 10ms and 1d", open);
            ProxyProperties.require(
                    halfOpenRequests >= 1 && halfOpenRequests <= 10_000,
                    name + "half-open-requests",
                    "between 1 and 10000",
                    halfOpenRequests);
        }
    }

    /**
     * How many requests a service gets; the rest is answered 429.
     *
     * @param requestsPerSecond how many in a second; 0 for any number
     */
    public record RateLimit(@DefaultValue("0") int requestsPerSecond) {
        /** @throws IllegalArgumentException when it is negative */
        public RateLimit {
            ProxyProperties.require(
                    requestsPerSecond >= 0,
                    "balancing.rate-limit.requests-per-second",
                    "at least 0",
                    requestsPerSecond);
        }
    }
}
