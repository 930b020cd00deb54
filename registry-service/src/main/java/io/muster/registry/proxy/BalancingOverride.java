package io.muster.registry.proxy;

import jakarta.validation.Valid;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What differs for one service; what is absent is as for all services.
 *
 * @param strategy how an instance is chosen
 * @param hash what of a request is hashed
 * @param zone how far requests stay in this proxy's zone
 * @param outlier when an instance that fails is left out
 * @param slowStart how an instance that joins begins
 * @param retry when a failed request is tried again
 * @param circuitBreaker when a service that fails as a whole is left alone
 * @param rateLimit how many requests the service gets
 */
public record BalancingOverride(
        @Nullable String strategy,
        Balancing.@Nullable @Valid Hash hash,
        Balancing.@Nullable @Valid Zone zone,
        Balancing.@Nullable @Valid Outlier outlier,
        Balancing.@Nullable @Valid SlowStartSettings slowStart,
        Balancing.@Nullable @Valid Retry retry,
        Balancing.@Nullable @Valid CircuitBreaker circuitBreaker,
        Balancing.@Nullable @Valid RateLimit rateLimit) {
    Balancing over(Balancing general) {
        return new Balancing(
                or(strategy, general.strategy()),
                or(hash, general.hash()),
                or(zone, general.zone()),
                or(outlier, general.outlier()),
                or(slowStart, general.slowStart()),
                or(retry, general.retry()),
                or(circuitBreaker, general.circuitBreaker()),
                or(rateLimit, general.rateLimit()));
    }

    private static <T> T or(@Nullable T own, T general) {
        return Objects.requireNonNullElse(own, general);
    }
}
