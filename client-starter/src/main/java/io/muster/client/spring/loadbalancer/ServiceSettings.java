package io.muster.client.spring.loadbalancer;

import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Hash;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Outlier;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Retry;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.RouteRule;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Service;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.SlowStartSettings;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Subset;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerProperties.Zone;
import io.muster.lb.Options;
import io.muster.lb.ZoneAwareness;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What counts for the calls to one service. Immutable. */
record ServiceSettings(
        String strategy,
        int choices,
        double loadFactor,
        boolean declineWhenBusy,
        Retry retry,
        Hash hash,
        Zone zone,
        Subset subset,
        SlowStartSettings slowStart,
        Outlier outlier,
        Map<String, RouteRule> routes) {
    /** In percent; a little more for the rounding of sums. */
    private static final double WHOLE = 100.000_001;

    /** The same but for what the service says. */
    ServiceSettings with(Service own) {
        return new ServiceSettings(
                or(own.strategy(), strategy),
                or(own.choices(), choices),
                or(own.loadFactor(), loadFactor),
                or(own.declineWhenBusy(), declineWhenBusy),
                own.retry() == null ? retry : own.retry().over(retry),
                or(own.hash(), hash),
                or(own.zone(), zone),
                or(own.subset(), subset),
                or(own.slowStart(), slowStart),
                or(own.outlier(), outlier),
                own.routes() == null || own.routes().isEmpty() ? routes : own.routes());
    }

    /**
     * What surrounds the strategy.
     *
     * @param place where this caller is, and who else calls
     * @throws IllegalArgumentException when a value is out of range, or the routes' percents add up to more than 100
     */
    Options options(CallerPlace place) {
        List<io.muster.lb.Route> parts = routes.entrySet().stream()
                .map(rule ->
                        new io.muster.lb.Route(rule.getKey(), rule.getValue().metadata()))
                .toList();
        double percents =
                routes.values().stream().mapToDouble(RouteRule::percent).sum();
        if (percents > WHOLE) {
            throw new IllegalArgumentException("routes.*.percent must add up to at most 100 but was " + percents);
        }
        String ownZone = zone.enabled() ? place.zone() : "";
        return new Options(
                parts,
                new io.muster.lb.Subset(subset.size(), place.caller()),
                outlier.detection(),
                slowStart.slowStart(),
                new ZoneAwareness(ownZone, ownZone.isEmpty() ? Map.of() : place.callers(), zone.minInstances()),
                // For the statistics that are shown, and for what instances say of their load.
                true);
    }

    private static <T> T or(@Nullable T own, T general) {
        return Objects.requireNonNullElse(own, general);
    }
}
