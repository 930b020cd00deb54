package io.muster.client.spring.loadbalancer;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.ServiceSnapshot;
import io.muster.client.ServiceView;
import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.LoadBalancer;
import io.muster.lb.RetryBudget;
import io.muster.lb.Route;
import io.muster.lb.Snapshot;
import io.muster.lb.Strategy;
import io.muster.lb.Ticket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;

/**
 * The balancer of one service, fed by its view. Thread-safe. Picking is one volatile read and whatever the strategy needs;
 * only while the view has told nothing yet, at most {@code firstViewTimeout} after the first use, there is something to
 * wait for.
 */
final class ServiceBalancer implements AutoCloseable {
    private final ServiceView view;
    private final LoadBalancer loadBalancer;
    private final Duration firstViewTimeout;
    private final Traffic traffic;
    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
    private volatile ServiceView.@Nullable Subscription subscription;
    private volatile Configured configured;
    private volatile Map<String, MusterServiceInstance> known = Map.of();

    /**
     * What may change while it runs.
     *
     * @param settings what counts for the service
     * @param strategy how an endpoint is chosen
     * @param selector reads keys and routes from requests
     * @param budget bounds the retries
     */
    record Configured(ServiceSettings settings, Strategy strategy, RequestSelector selector, RetryBudget budget) {
        Configured withBudget(RetryBudget other) {
            return new Configured(settings, strategy, selector, other);
        }
    }

    ServiceBalancer(
            ServiceView view,
            LoadBalancer loadBalancer,
            Configured configured,
            Traffic traffic,
            Duration firstViewTimeout) {
        this.view = view;
        this.loadBalancer = loadBalancer;
        this.configured = configured;
        this.traffic = traffic;
        this.firstViewTimeout = firstViewTimeout;
    }

    /**
     * Changes how it chooses from now on; nothing changes when the strategy fails. Calls are made one after the other.
     *
     * @param place where this caller is
     */
    void configure(Configured newConfigured, CallerPlace place) {
        Configured before = configured;
        loadBalancer.configure(
                newConfigured.strategy(), newConfigured.settings().options(place));
        boolean sameRetry =
                newConfigured.settings().retry().equals(before.settings().retry());
        configured = sameRetry ? newConfigured.withBudget(before.budget()) : newConfigured;
    }

    /** Takes notice of where this caller is now. */
    void place(CallerPlace place) {
        configure(configured, place);
    }

    /** Begins to follow the view. */
    void start() {
        opened.completeOnTimeout(false, firstViewTimeout.toNanos(), TimeUnit.NANOSECONDS);
        subscription = view.onChange(this::follow);
    }

    /** Stops following the view; picks go on with what was last known. */
    @Override
    public void close() {
        ServiceView.Subscription current = subscription;
        if (current != null) {
            current.close();
        }
        opened.complete(false);
    }

    String service() {
        return view.service();
    }

    ServiceSettings settings() {
        return configured.settings();
    }

    RetryBudget budget() {
        return configured.budget();
    }

    MusterLoadBalancerProperties.Retry retry() {
        return configured.settings().retry();
    }

    /** Reads from requests where they should go. */
    RequestSelector selector() {
        return configured.selector();
    }

    /** Whether busy instances may decline calls: not where a key says who serves them, nor where there is nobody else. */
    boolean declines() {
        Configured now = configured;
        return now.settings().declineWhenBusy()
                && !now.strategy().isKeyed()
                && snapshot().eligible().size() > 1;
    }

    Traffic traffic() {
        return traffic;
    }

    Snapshot snapshot() {
        return loadBalancer.snapshot();
    }

    ServiceSnapshot viewed() {
        return view.snapshot();
    }

    boolean viewKnown() {
        return view.known();
    }

    /** An endpoint that the call has not tried, or null. Never waits. */
    @Nullable
    Endpoint pick(Selection selection, Exclusions tried) {
        Route route = selection.route();
        return route == null
                ? loadBalancer.pick(selection.key(), tried)
                : loadBalancer.pick(route, selection.key(), tried);
    }

    Ticket start(Endpoint endpoint) {
        return loadBalancer.start(endpoint);
    }

    /** The endpoint of that instance, if it is one of this service's now. */
    @Nullable
    Endpoint endpointOf(ServiceInstance instance) {
        for (Endpoint endpoint : loadBalancer.snapshot().endpoints()) {
            if (endpoint.target() == instance || endpoint.target().id().equals(instance.getInstanceId())) {
                return endpoint;
            }
        }
        return null;
    }

    /** Whether there is nothing more to wait for: the view is known, or the time for that is over. */
    boolean isOpen() {
        return opened.isDone();
    }

    /** Completes when {@link #isOpen()}, always in time; dependents may run on the registry client's event thread. */
    CompletableFuture<Boolean> opening() {
        return opened.copy();
    }

    /** Waits until {@link #isOpen()}. */
    void awaitOpen() throws InterruptedException {
        try {
            opened.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The first view of service " + service() + " failed", e);
        }
    }

    /** Why {@link #pick} finds nobody, for whoever reads the error. */
    String noInstanceText() {
        ServiceSnapshot seen = view.snapshot();
        String text =
                "No instance of service " + seen.service() + " in namespace " + seen.namespace() + " takes requests: ";
        if (!view.known()) {
            return text + "no registry has told of it within " + firstViewTimeout.toMillis()
                    + " ms; the log and the health indicator 'muster' say whether one is reached";
        }
        if (seen.instances().isEmpty()) {
            return text + "none is registered at position " + seen.position();
        }
        Map<InstanceStatus, Integer> counts = new EnumMap<>(InstanceStatus.class);
        for (Instance instance : seen.instances()) {
            counts.merge(instance.status(), 1, Integer::sum);
        }
        String weightless = counts.containsKey(InstanceStatus.UP) ? ", those UP with weight 0" : "";
        return text + "the view at position " + seen.position() + " shows " + counts + weightless;
    }

    /** Changes of a view come one after the other. */
    private void follow(ServiceSnapshot snapshot) {
        try {
            List<MusterServiceInstance> taking =
                    MusterServiceInstance.takingRequests(snapshot.service(), snapshot.instances(), known);
            loadBalancer.update(taking);
            Map<String, MusterServiceInstance> now = new HashMap<>();
            taking.forEach(instance -> now.put(instance.id(), instance));
            known = now;
        } finally {
            opened.complete(true);
        }
    }
}
