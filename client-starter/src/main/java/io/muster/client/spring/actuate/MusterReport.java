package io.muster.client.spring.actuate;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import io.muster.client.Announcement;
import io.muster.client.ConnectionState;
import io.muster.client.RegistrationState;
import io.muster.client.ServiceView;
import io.muster.client.spring.loadbalancer.BalancerReport;
import io.muster.lb.EndpointStatistics;
import io.muster.lb.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /actuator/muster} answers.
 *
 * @param registry how the connection stands; null without a registry
 * @param instance this process's registration; null when it does not register
 * @param services what is watched, by the service's name, sorted
 */
record MusterReport(@Nullable Registry registry, @Nullable Own instance, Map<String, Service> services) {
    /**
     * How the connection to the registry stands.
     *
     * @param url the node at the other end, or the one to be tried next
     * @param connected whether its stream is open
     * @param position the last position that was applied; null before the first
     * @param epoch its epoch; null before the first
     * @param ageMillis how long ago the registry was last heard; null before the first time
     * @param warming whether the registry started less than one TTL ago
     * @param reconnects streams opened after the first one
     * @param problem why there is no connection; empty while there is one
     */
    record Registry(
            String url,
            boolean connected,
            @Nullable String position,
            @Nullable Long epoch,
            @Nullable Long ageMillis,
            boolean warming,
            long reconnects,
            String problem) {
        static Registry of(ConnectionState state) {
            Position position = state.position();
            return new Registry(
                    state.registry().toString(),
                    state.connected(),
                    text(position),
                    position == null ? null : position.epoch(),
                    millis(state.sinceLastByte()),
                    state.warming(),
                    state.reconnects(),
                    state.problem());
        }
    }

    /**
     * This process's registration.
     *
     * @param service the service under which it registers
     * @param id its id within the service
     * @param phase where the registration is in its life
     * @param generation what the registry answered; null while it does not know this instance
     * @param status what this instance says of itself
     * @param heartbeatAgeMillis how long ago the last confirmed heartbeat was sent; null before the first
     * @param problem the last failure since then; empty when there is none
     */
    record Own(
            String service,
            String id,
            RegistrationState.Phase phase,
            @Nullable String generation,
            @Nullable InstanceStatus status,
            @Nullable Long heartbeatAgeMillis,
            String problem) {
        static Own of(Announcement registration) {
            RegistrationState state = registration.state();
            return new Own(
                    registration.service(),
                    registration.id(),
                    state.phase(),
                    state.registered() == null ? null : text(state.registered().generation()),
                    state.status(),
                    millis(state.sinceRenewal()),
                    state.problem());
        }
    }

    /**
     * One service.
     *
     * @param known whether the registry has told of it yet
     * @param position where it last changed
     * @param ageMillis how old the view may be: how long ago the registry was last heard; null before the first time
     * @param instances all of them, sorted by id
     * @param calls this application's calls to it; null before the first balanced one
     */
    record Service(
            boolean known,
            @Nullable String position,
            @Nullable Long ageMillis,
            List<Endpoint> instances,
            @Nullable Calls calls) {
        static Service of(ServiceView view, @Nullable Long ageMillis, @Nullable BalancerReport balancer) {
            ServiceSnapshot snapshot = view.snapshot();
            Map<String, BalancerReport.EndpointReport> balanced = new HashMap<>();
            if (balancer != null) {
                balancer.endpoints().forEach(endpoint -> balanced.put(endpoint.id(), endpoint));
            }
            List<Endpoint> endpoints = snapshot.instances().stream()
                    .map(instance -> Endpoint.of(instance, balanced.get(instance.id())))
                    .toList();
            return new Service(
                    view.known(),
                    view.known() ? text(snapshot.position()) : null,
                    ageMillis,
                    endpoints,
                    balancer == null ? null : Calls.of(balancer));
        }
    }

    /**
     * One instance of a service.
     *
     * @param id its id
     * @param generation which process it is
     * @param host where it is reached
     * @param port its TCP port
     * @param secure whether it speaks TLS
     * @param status its effective status
     * @param reason why it has this status; empty when nothing is to be said
     * @param zone where it runs; empty for nowhere in particular
     * @param weight its share relative to the others'
     * @param eligible whether this application may pick it now; null before its first balanced call
     * @param statistics this application's load statistics of it; null before its first balanced call
     */
    record Endpoint(
            String id,
            String generation,
            String host,
            int port,
            boolean secure,
            InstanceStatus status,
            String reason,
            String zone,
            int weight,
            @Nullable Boolean eligible,
            @Nullable EndpointStatistics statistics) {
        static Endpoint of(Instance instance, BalancerReport.@Nullable EndpointReport balanced) {
            return new Endpoint(
                    instance.id(),
                    instance.generation().toString(),
                    instance.host(),
                    instance.port(),
                    instance.secure(),
                    instance.status(),
                    instance.reason(),
                    instance.zone(),
                    instance.weight(),
                    balanced == null ? null : balanced.eligible(),
                    balanced == null ? null : balanced.statistics());
        }
    }

    /**
     * This application's calls to a service.
     *
     * @param strategy the name of the strategy that spreads them
     * @param inFlight requests that have started and not ended
     * @param requests ended requests by outcome, each attempt counted
     * @param retries attempts after a failed one
     * @param retriesDenied retries that the budget did not allow
     * @param noInstance calls that found no instance
     * @param missedKeys requests without the key that was to be hashed
     * @param panic whether so many instances fail that all are used
     */
    record Calls(
            String strategy,
            long inFlight,
            Map<Outcome, Long> requests,
            long retries,
            long retriesDenied,
            long noInstance,
            long missedKeys,
            boolean panic) {
        static Calls of(BalancerReport report) {
            return new Calls(
                    report.strategy(),
                    report.inFlight(),
                    report.requests(),
                    report.retries(),
                    report.retriesDenied(),
                    report.noInstance(),
                    report.missedKeys(),
                    report.panic());
        }
    }

    static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }

    private static @Nullable String text(@Nullable Position position) {
        return position == null ? null : position.toString();
    }
}
