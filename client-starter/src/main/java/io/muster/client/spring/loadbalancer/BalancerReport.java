package io.muster.client.spring.loadbalancer;

import io.muster.lb.Endpoint;
import io.muster.lb.EndpointStatistics;
import io.muster.lb.Outcome;
import io.muster.lb.Snapshot;
import io.muster.lb.Target;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One service's balancer at one moment, for display. Its figures are read one after the other: together they are not one
 * consistent cut.
 *
 * @param service the service's name
 * @param strategy the name of its strategy
 * @param known whether the registry has told of the service yet
 * @param inFlight requests that have started and not ended
 * @param requests ended requests by outcome, each attempt of a call counted
 * @param retries attempts after a failed one
 * @param retriesDenied retries that the budget did not allow
 * @param noInstance calls that found no instance
 * @param missedKeys requests without the key that was to be hashed
 * @param panic whether outlier detection would leave so few instances that it is passed over
 * @param leakedResponses responses that were dropped without being read to the end or closed
 * @param endpoints the instances that may take requests, sorted by id
 */
public record BalancerReport(
        String service,
        String strategy,
        boolean known,
        long inFlight,
        Map<Outcome, Long> requests,
        long retries,
        long retriesDenied,
        long noInstance,
        long missedKeys,
        boolean panic,
        long leakedResponses,
        List<EndpointReport> endpoints) {

    /**
     * One endpoint.
     *
     * @param id the instance's id
     * @param generation which process it is, {@code epoch:index}
     * @param uri where it is reached
     * @param zone where it runs; empty for nowhere in particular
     * @param weight its share relative to the others', 0 to 10000
     * @param eligible whether it may be picked now
     * @param statistics its load statistics
     */
    public record EndpointReport(
            String id,
            String generation,
            URI uri,
            String zone,
            int weight,
            boolean eligible,
            EndpointStatistics statistics) {}

    static BalancerReport of(ServiceBalancer balancer) {
        Snapshot snapshot = balancer.snapshot();
        Set<Endpoint> eligible = Set.copyOf(snapshot.eligible());
        List<EndpointReport> endpoints = snapshot.endpoints().stream()
                .map(endpoint -> endpoint(endpoint, eligible.contains(endpoint)))
                .toList();
        Traffic traffic = balancer.traffic();
        return new BalancerReport(
                balancer.service(),
                balancer.settings().strategy(),
                balancer.viewKnown(),
                traffic.inFlight(),
                traffic.byOutcome(),
                traffic.retries(),
                traffic.retriesDenied(),
                traffic.noInstance(),
                traffic.missedKeys(),
                snapshot.isPanic(),
                traffic.leakedResponses(),
                endpoints);
    }

    private static EndpointReport endpoint(Endpoint endpoint, boolean eligible) {
        Target target = endpoint.target();
        return new EndpointReport(
                target.id(),
                target.generation(),
                ((MusterServiceInstance) target).getUri(),
                target.zone(),
                target.weight(),
                eligible,
                endpoint.statistics());
    }
}
