package io.muster.client.spring.actuate;

import io.muster.client.RegistryClient;
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
    private final RegistryClient client;
    private final Supplier<@Nullable LocalInstance> instance;
    private final Supplier<@Nullable ServiceBalancers> balancers;

    /**
     * @param instance gives null in an application that does not register
     * @param balancers gives null in an application that does not balance
     */
    MusterEndpoint(
            RegistryClient client,
            Supplier<@Nullable LocalInstance> instance,
            Supplier<@Nullable ServiceBalancers> balancers) {
        this.client = client;
        this.instance = instance;
        this.balancers = balancers;
    }

    /** Everything. */
    @ReadOperation
    MusterReport report() {
        Map<String, BalancerReport> reports = balancerReports();
        Long age = MusterReport.millis(client.state().sinceLastByte());
        Map<String, MusterReport.Service> services = new TreeMap<>();
        for (ServiceView view : client.views()) {
            services.put(view.service(), MusterReport.Service.of(view, age, reports.get(view.service())));
        }
        return new MusterReport(MusterReport.Registry.of(client.state()), own(), services);
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
