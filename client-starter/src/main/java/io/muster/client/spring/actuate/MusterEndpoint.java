package io.muster.client.spring.actuate;

import io.muster.client.ConnectionState;
import io.muster.client.Discovery;
import io.muster.client.ServiceView;
import io.muster.client.spring.loadbalancer.BalancerReport;
import io.muster.client.spring.loadbalancer.ServiceBalancers;
import io.muster.client.spring.registration.LocalInstance;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** {@code /actuator/muster}: what this application knows of the registry, of itself and of the services that it calls. */
@Endpoint(id = "muster")
final class MusterEndpoint {
    private final Discovery discovery;
    private final Supplier<@Nullable ConnectionState> registry;
    private final Supplier<@Nullable LocalInstance> instance;
    private final Supplier<@Nullable ServiceBalancers> balancers;

    /**
     * @param registry gives null without a registry
     * @param instance gives null in an application that does not register
     * @param balancers gives null in an application that does not balance
     */
    MusterEndpoint(
            Discovery discovery,
            Supplier<@Nullable ConnectionState> registry,
            Supplier<@Nullable LocalInstance> instance,
            Supplier<@Nullable ServiceBalancers> balancers) {
        this.discovery = discovery;
        this.registry = registry;
        this.instance = instance;
        this.balancers = balancers;
    }

    /** Everything. */
    @ReadOperation
    MusterReport report() {
        Map<String, BalancerReport> reports = balancerReports();
        ConnectionState state = registry.get();
        Long age = state == null ? null : MusterReport.millis(state.sinceLastByte());
        Map<String, MusterReport.Service> services = new TreeMap<>();
        for (ServiceView view : discovery.views()) {
            services.put(view.service(), MusterReport.Service.of(view, age, reports.get(view.service())));
        }
        return new MusterReport(state == null ? null : MusterReport.Registry.of(state), own(), services);
    }

    /** One service; null, which is answered as 404, when it is not watched. */
    @ReadOperation
    MusterReport.@Nullable Service service(@Selector String service) {
        return report().services().get(service);
    }

    private MusterReport.@Nullable Own own() {
        LocalInstance local = instance.get();
        return local == null
                ? null
                : local.registration().map(MusterReport.Own::of).orElse(null);
    }

    private Map<String, BalancerReport> balancerReports() {
        ServiceBalancers present = balancers.get();
        return present == null ? Map.of() : present.reports();
    }
}
