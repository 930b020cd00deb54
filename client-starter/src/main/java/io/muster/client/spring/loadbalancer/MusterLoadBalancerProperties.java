package io.muster.client.spring.loadbalancer;

import io.muster.api.Names;
import io.muster.lb.LoadBalancer;
import io.muster.lb.LoadBalancers;
import io.muster.lb.OutlierDetection;
import io.muster.lb.SlowStart;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How this application spreads its calls over the instances of a service. All but {@code enabled} may change while it runs;
 * {@code first-view-timeout} counts for services that are called for the first time then.
 *
 * @param enabled Whether calls by @LoadBalanced clients are balanced over the pushed views of the registry. When false,
 *     Spring Cloud LoadBalancer works as it does without Muster.
 * @param strategy How an instance is chosen: power-of-two-choices, least-in-flight-of-two, least-in-flight, round-robin,
 *     weighted-round-robin, random, weighted-random, consistent-hashing, bounded-consistent-hashing, maglev, or the name of a bean of type
 *     io.muster.lb.Strategy.
 * @param choices How many instances power-of-two-choices draws, 1 to 10.
 * @param loadFactor How many times its share an instance has at most with bounded-consistent-hashing, above 1 to 100.
 * @param declineWhenBusy Whether an instance that has more requests than expected may decline a call before it does anything for it; the call then goes
 *     on to another one, once. For instances with the starter, and strategies without keys. Worth it where calls take much longer than a round trip.
 * @param firstViewTimeout How long the first calls to a service wait until the registry has told of its instances. Later
 *     calls never wait.
 * @param retry When a failed call is tried again on another instance.
 * @param hash What of a request is hashed, for strategies that keep equal requests together.
 * @param zone How far calls stay in this application's zone (muster.instance.zone).
 * @param subset How many instances of a service this application uses.
 * @param slowStart How an instance that joins begins.
 * @param outlier When an instance that fails is left out.
 * @param routes Instances that serve a part of the calls, by names of your own; the first that matches counts.
 * @param services What differs for single services, by their names. A group that is given there takes the place of the general one as a whole,
 *     but for retry, of which each value does by itself.
 */
@Validated
@ConfigurationProperties("muster.load-balancer")
public record MusterLoadBalancerProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("power-of-two-choices") String strategy,
        @DefaultValue("2") int choices,
        @DefaultValue("1.25") double loadFactor,
        @DefaultValue("false") boolean declineWhenBusy,
        @DefaultValue("2s") Duration firstViewTimeout,
        @DefaultValue Retry retry,
        @DefaultValue Hash hash,
        @DefaultValue Zone zone,
        @DefaultValue Subset subset,
        @DefaultValue SlowStartSettings slowStart,
        @DefaultValue Outlier outlier,
        @DefaultValue Map<String, RouteRule> routes,
        @DefaultValue Map<String, Service> services) {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final int MOST_ATTEMPTS = 10;

    /** @throws IllegalArgumentException when a value breaks its rule */
    public MusterLoadBalancerProperties {
        require(
                !firstViewTimeout.isNegative() && firstViewTimeout.compareTo(LONGEST_WAIT) <= 0,
                "first-view-timeout",
                "between 0s and 1m",
                firstViewTimeout);
        requireChoices(choices, loadFactor);
        routes = Collections.unmodifiableMap(new LinkedHashMap<>(routes));
        services = Map.copyOf(services);
        services.keySet().forEach(Names::service);
    }

    /** What counts for a service: its own, where it has, else what is said for all. */
    ServiceSettings of(String service) {
        ServiceSettings general = new ServiceSettings(
                strategy, choices, loadFactor, declineWhenBusy, retry, hash, zone, subset, slowStart, outlier, routes);
        Service own = services.get(service);
        return own == null ? general : general.with(own);
    }

    /**
     * When a failed call is tried again on another instance: any method when no connection came about; GET, HEAD, OPTIONS,
     * PUT, DELETE and TRACE also when the connection broke before the response's headers.
     *
     * @param enabled Whether failed calls are tried again on another instance.
     * @param maxAttempts Most attempts of one call, the first included.
     * @param budgetPercent Most retries in percent of the calls of the last 10 seconds, for each service. Refused
     *     connections are not charged.
     * @param budgetMinPerSecond Retries per second that the budget allows however few calls there are.
     */
    public record Retry(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("3") int maxAttempts,
            @DefaultValue("20") int budgetPercent,
            @DefaultValue("10") int budgetMinPerSecond) {
        /** @throws IllegalArgumentException when a value breaks its rule */
        public Retry {
            require(
                    maxAttempts >= 1 && maxAttempts <= MOST_ATTEMPTS,
                    "retry.max-attempts",
                    "between 1 and " + MOST_ATTEMPTS,
                    maxAttempts);
            require(
                    budgetPercent >= 0 && budgetPercent <= 100,
                    "retry.budget-percent",
                    "between 0 and 100",
                    budgetPercent);
            require(
                    budgetMinPerSecond >= 0 && budgetMinPerSecond <= 10_000,
                    "retry.budget-min-per-second",
                    "between 0 and 10000",
                    budgetMinPerSecond);
        }

        /** Most attempts, 1 when retries are off. */
        int attempts() {
            return enabled ? maxAttempts : 1;
        }
    }

    /**
     * What of a request is hashed. One of them.
     *
     * @param header Name of a header.
     * @param cookie Name of a cookie.
     * @param query Name of a query parameter.
     * @param path Pattern of the path with one variable, such as /users/{id}/**.
     * @param bean Name of a bean of type io.muster.client.spring.loadbalancer.HashKeyResolver.
     */
    public record Hash(
            @Nullable String header,
            @Nullable String cookie,
            @Nullable String query,
            @Nullable String path,
            @Nullable String bean) {}

    /**
     * How far calls stay in this application's zone.
     *
     * @param enabled Whether calls stay in this application's zone as far as the instances there can take them. Makes no difference
     *     without muster.instance.zone.
     * @param minInstances With fewer instances zones make no difference.
     */
    public record Zone(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("6") int minInstances) {
        /** @throws IllegalArgumentException when a value breaks its rule */
        public Zone {
            require(
                    minInstances >= 1 && minInstances <= LoadBalancer.MAX_TARGETS,
                    "zone.min-instances",
                    "between 1 and " + LoadBalancer.MAX_TARGETS,
                    minInstances);
        }
    }

    /**
     * How many instances of a service this application uses.
     *
     * @param size Most instances; 0 for all.
     */
    public record Subset(@DefaultValue("0") int size) {}

    /**
     * How an instance that joins begins.
     *
     * @param window How long it takes until it has its full share, up to 1h; 0 for at once.
     * @param minPercent Share of its weight with which it begins, 1 to 100.
     */
    public record SlowStartSettings(
            @DefaultValue("0s") Duration window,
            @DefaultValue("10") int minPercent) {
        SlowStart slowStart() {
            return new SlowStart(window, minPercent);
        }
    }

    /**
     * When an instance that fails much more than the others is left out for a while.
     *
     * @param enabled Whether instances that fail are left out.
     * @param consecutiveFailures Failures in a row that take an instance out at once; 0 for never.
     * @param interval How often the shares of failures are looked at.
     * @param failurePercent Share of failed requests in an interval that takes an instance out; 0 for never.
     * @param deviations Standard deviations, in tenths, below the mean share of successes that take an instance out; 0 for never.
     * @param minRequests Requests that an instance must have had in an interval for its shares to count.
     * @param ejection How long the first time out lasts; the n-th in succession lasts n times as long.
     * @param maxEjection How long one lasts at most.
     * @param maxEjectedPercent Share of the instances that may be out; one always may.
     * @param panicPercent Share of the instances that must be left; else all are used.
     */
    public record Outlier(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("5") int consecutiveFailures,
            @DefaultValue("10s") Duration interval,
            @DefaultValue("85") int failurePercent,
            @DefaultValue("19") int deviations,
            @DefaultValue("50") int minRequests,
            @DefaultValue("30s") Duration ejection,
            @DefaultValue("5m") Duration maxEjection,
            @DefaultValue("10") int maxEjectedPercent,
            @DefaultValue("50") int panicPercent) {
        OutlierDetection detection() {
            return new OutlierDetection(
                    enabled,
                    consecutiveFailures,
                    interval,
                    failurePercent,
                    deviations,
                    minRequests,
                    ejection,
                    maxEjection,
                    maxEjectedPercent,
                    panicPercent);
        }
    }

    /**
     * Instances that serve a part of the calls, and nothing else.
     *
     * @param metadata What these instances say of themselves, each entry of it.
     * @param header Name of a header by which a call belongs to them.
     * @param value Value of that header; any when it is absent.
     * @param percent Share of the other calls that belong to them, 0 to 100; by the key where there is one, else at random.
     */
    public record RouteRule(
            Map<String, String> metadata,
            @Nullable String header,
            @Nullable String value,
            @DefaultValue("0") double percent) {
        /** @throws IllegalArgumentException when a value breaks its rule */
        public RouteRule {
            metadata = metadata == null ? Map.of() : Map.copyOf(metadata);
            require(!metadata.isEmpty(), "routes.*.metadata", "at least one entry", metadata);
            require(percent >= 0 && percent <= 100, "routes.*.percent", "between 0 and 100", percent);
        }
    }

    /**
     * What differs for one service; what is absent is as for all services.
     *
     * @param strategy How an instance of this service is chosen.
     * @param choices How many instances power-of-two-choices draws.
     * @param loadFactor How many times its share an instance has at most with bounded-consistent-hashing.
     * @param declineWhenBusy Whether an instance of this service may decline a call.
     * @param retry What differs in the retries of this service.
     * @param hash What of a request is hashed.
     * @param zone How far calls stay in this application's zone.
     * @param subset How many instances this application uses.
     * @param slowStart How an instance that joins begins.
     * @param outlier When an instance that fails is left out.
     * @param routes Instances that serve a part of the calls.
     */
    public record Service(
            @Nullable String strategy,
            @Nullable Integer choices,
            @Nullable Double loadFactor,
            @Nullable Boolean declineWhenBusy,
            @Nullable ServiceRetry retry,
            @Nullable Hash hash,
            @Nullable Zone zone,
            @Nullable Subset subset,
            @Nullable SlowStartSettings slowStart,
            @Nullable Outlier outlier,
            @Nullable Map<String, RouteRule> routes) {
        /** @throws IllegalArgumentException when a value breaks its rule */
        public Service {
            requireChoices(choices == null ? 1 : choices, loadFactor == null ? LoadBalancers.LOAD_FACTOR : loadFactor);
        }
    }

    /**
     * What differs in the retries of one service.
     *
     * @param enabled Whether failed calls to this service are tried again; otherwise as for all services.
     * @param maxAttempts Most attempts of one call to this service; otherwise as for all services.
     * @param budgetPercent Most retries in percent of the calls to this service; otherwise as for all services.
     * @param budgetMinPerSecond Retries per second to this service that the budget always allows; otherwise as for all
     *     services.
     */
    public record ServiceRetry(
            @Nullable Boolean enabled,
            @Nullable Integer maxAttempts,
            @Nullable Integer budgetPercent,
            @Nullable Integer budgetMinPerSecond) {
        /** @throws IllegalArgumentException when a value breaks its rule */
        public ServiceRetry {
            // The rules are those of the general values.
            over(enabled, maxAttempts, budgetPercent, budgetMinPerSecond, new Retry(true, 1, 0, 0));
        }

        Retry over(Retry general) {
            return over(enabled, maxAttempts, budgetPercent, budgetMinPerSecond, general);
        }

        private static Retry over(
                @Nullable Boolean enabled,
                @Nullable Integer maxAttempts,
                @Nullable Integer budgetPercent,
                @Nullable Integer budgetMinPerSecond,
                Retry general) {
            return new Retry(
                    enabled == null ? general.enabled() : enabled,
                    maxAttempts == null ? general.maxAttempts() : maxAttempts,
                    budgetPercent == null ? general.budgetPercent() : budgetPercent,
                    budgetMinPerSecond == null ? general.budgetMinPerSecond() : budgetMinPerSecond);
        }
    }

    private static void requireChoices(int choices, double loadFactor) {
        require(choices >= 1 && choices <= 10, "choices", "between 1 and 10", choices);
        require(loadFactor > 1 && loadFactor <= 100, "load-factor", "above 1 and at most 100", loadFactor);
    }

    private static void require(boolean holds, String property, String rule, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "muster.load-balancer." + property + " must be " + rule + " but was " + value);
        }
    }
}
