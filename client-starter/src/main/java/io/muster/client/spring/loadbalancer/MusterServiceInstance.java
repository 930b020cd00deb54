package io.muster.client.spring.loadbalancer;

import io.muster.api.Instance;
import io.muster.lb.Target;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.Response;

/**
 * An instance of the registry as Spring's clients and the load balancer see it. Immutable; equal by value.
 *
 * <p>Its metadata is the instance's own with {@code zone} (when it has one) and {@code weight} added: Spring Cloud's zone
 * preference and weighting read them there.
 */
public final class MusterServiceInstance implements ServiceInstance, Target {
    private static final Logger log = LoggerFactory.getLogger(MusterServiceInstance.class);
    private static final String ZONE = "zone";
    private static final String WEIGHT = "weight";

    private final String service;
    private final Instance instance;
    private final String host;
    private final String generation;
    private final Map<String, String> metadata;
    private final URI uri;
    private final Response<ServiceInstance> response;

    private MusterServiceInstance(String service, Instance instance) {
        this.service = service;
        this.instance = instance;
        this.host = instance.host().indexOf(':') >= 0 ? "[" + instance.host() + "]" : instance.host();
        this.generation = instance.generation().toString();
        this.metadata = metadata(instance);
        this.uri = URI.create((instance.secure() ? "https" : "http") + "://" + host + ":" + instance.port());
        this.response = new DefaultResponse(this);
    }

    /** The instance of that service. */
    public static MusterServiceInstance of(String service, Instance instance) {
        return new MusterServiceInstance(service, instance);
    }

    /** Those that take requests. One address that cannot be called does not cost the service its others. */
    public static List<MusterServiceInstance> takingRequests(String service, List<Instance> instances) {
        return takingRequests(service, instances, Map.of());
    }

    /** @param known those of before by their ids; who is as it was is the same object */
    static List<MusterServiceInstance> takingRequests(
            String service, List<Instance> instances, Map<String, MusterServiceInstance> known) {
        List<MusterServiceInstance> taking = new ArrayList<>(instances.size());
        for (Instance instance : instances) {
            if (instance.status().takesRequests()) {
                try {
                    MusterServiceInstance before = known.get(instance.id());
                    taking.add(before != null && before.instance.equals(instance) ? before : of(service, instance));
                } catch (IllegalArgumentException e) {
                    log.warn(
                            "Instance {} of service {} takes no calls from here: {}",
                            instance.id(),
                            service,
                            e.getMessage());
                }
            }
        }
        return taking;
    }

    /** What the registry says of it. */
    public Instance instance() {
        return instance;
    }

    /** This instance as the answer of a choice; one object for all choices. */
    Response<ServiceInstance> asResponse() {
        return response;
    }

    @Override
    public String id() {
        return instance.id();
    }

    @Override
    public String generation() {
        return generation;
    }

    @Override
    public int weight() {
        return instance.weight();
    }

    @Override
    public String zone() {
        return instance.zone();
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public String getInstanceId() {
        return instance.id();
    }

    @Override
    public String getServiceId() {
        return service;
    }

    /** A host name or address; an IPv6 address stands in brackets, as in a URI. */
    @Override
    public String getHost() {
        return host;
    }

    @Override
    public int getPort() {
        return instance.port();
    }

    @Override
    public boolean isSecure() {
        return instance.secure();
    }

    @Override
    public URI getUri() {
        return uri;
    }

    @Override
    public Map<String, String> getMetadata() {
        return metadata;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MusterServiceInstance that
                && service.equals(that.service)
                && instance.equals(that.instance);
    }

    @Override
    public int hashCode() {
        return Objects.hash(service, instance.id(), generation);
    }

    @Override
    public String toString() {
        return service + "/" + instance.id() + " at " + uri;
    }

    private static Map<String, String> metadata(Instance instance) {
        Map<String, String> metadata = new HashMap<>(instance.metadata());
        if (!instance.zone().isEmpty()) {
            metadata.put(ZONE, instance.zone());
        }
        metadata.put(WEIGHT, Integer.toString(instance.weight()));
        return Map.copyOf(metadata);
    }
}
