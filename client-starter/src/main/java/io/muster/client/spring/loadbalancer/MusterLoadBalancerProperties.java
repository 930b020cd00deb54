package io.muster.client.spring.loadbalancer;

import io.muster.api.Names;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How this application spreads its calls over the instances of a service.
 *
 * @param enabled Whether calls by @LoadBalanced clients are balanced over the pushed views of the registry. When false,
 *     Spring Cloud LoadBalancer works as it does without Muster.
 * @param strategy How an instance is chosen: power-of-two-choices, round-robin, or the name of a bean of type
 *     io.muster.lb.Strategy.
 * @param firstViewTimeout How long the first calls to a service wait until the registry has told of its instances. Later
 *     calls never wait.
 * @param retry When a failed call is tried again on another instance.
 * @param services What differs for single services, by their names.
 */
@Validated
@ConfigurationProperties("muster.load-balancer")
public record MusterLoadBalancerProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("power-of-two-choices") String strategy,
        @DefaultValue("2s") Duration firstViewTimeout,
        @DefaultValue Retry retry,
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
        services = Map.copyOf(services);
        services.keySet().forEach(Names::service);
    }

    /** The strategy's name for a service. */
    String strategy(String service) {
        Service own = services.get(service);
        return own == null || own.strategy() == null ? strategy : own.strategy();
    }

    /** The retries for a service. */
    Retry retry(String service) {
        Service own = services.get(service);
        return own == null || own.retry() == null ? retry : own.retry().over(retry);
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
     * What differs for one service.
     *
     * @param strategy How an instance of this service is chosen; otherwise as for all services.
     * @param retry What differs in the retries of this service.
     */
    public record Service(
            @Nullable String strategy, @Nullable ServiceRetry retry) {}

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

    private static void require(boolean holds, String property, String rule, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "muster.load-balancer." + property + " must be " + rule + " but was " + value);
        }
    }
}
