package io.muster.client.spring.loadbalancer;

import io.muster.client.ServiceView;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The balancers of all services that this application has called, made on first use and kept until the end. Thread-safe.
 * {@link #snapshots()} and {@link #reports()} are for whoever shows them.
 */
public final class ServiceBalancers implements AutoCloseable {
    /** Most services that one application calls; names beyond come from somebody who makes them up. */
    static final int MAX_SERVICES = 1000;

    private static final Logger log = LoggerFactory.getLogger(ServiceBalancers.class);

    private final Function<String, ServiceView> views;
    private final MusterLoadBalancerProperties properties;
    private final Strategies strategies;
    private final Consumer<MusterServiceInstance> refused;
    private final LongSupplier nanoClock;
    private final Map<String, ServiceBalancer> balancers = new ConcurrentHashMap<>();
    private final List<Consumer<ServiceBalancer>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /**
     * @param views the view of a service, the same one for each call; throws {@link IllegalArgumentException} when it is no
     *     service name
     * @param refused told of each instance that refused a connection; must not block
     * @param nanoClock monotonic time in nanoseconds
     */
    ServiceBalancers(
            Function<String, ServiceView> views,
            MusterLoadBalancerProperties properties,
            Strategies strategies,
            Consumer<MusterServiceInstance> refused,
            LongSupplier nanoClock) {
        this.views = views;
        this.properties = properties;
        this.strategies = strategies;
        this.refused = refused;
        this.nanoClock = nanoClock;
    }

    /** What each called service's balancer has now, by the service's name, sorted. */
    public Map<String, Snapshot> snapshots() {
        Map<String, Snapshot> snapshots = new TreeMap<>();
        balancers.forEach((service, balancer) -> snapshots.put(service, balancer.snapshot()));
        return snapshots;
    }

    /** Each called service's balancer with figures, by the service's name, sorted. */
    public Map<String, BalancerReport> reports() {
        Map<String, BalancerReport> reports = new TreeMap<>();
        balancers.forEach((service, balancer) -> reports.put(service, BalancerReport.of(balancer)));
        return reports;
    }

    /**
     * The balancer of a service.
     *
     * @throws IllegalArgumentException when it is no service name
     * @throws IllegalStateException when there are too many, or the application is stopping
     */
    ServiceBalancer balancer(String service) {
        ServiceBalancer balancer = balancers.get(service);
        return balancer == null ? balancers.computeIfAbsent(service, this::open) : balancer;
    }

    /** The balancer of a service that has been called already. */
    @Nullable
    ServiceBalancer existing(String service) {
        return balancers.get(service);
    }

    /** Calls the listener with each balancer, those of now and those to come; some perhaps twice. */
    void onOpen(Consumer<ServiceBalancer> listener) {
        listeners.add(listener);
        balancers.values().forEach(listener);
    }

    /** Ends the balancers' subscriptions; calls go on with what was last known. Harmless when repeated. */
    @Override
    public void close() {
        closed = true;
        balancers.values().forEach(ServiceBalancer::close);
    }

    private ServiceBalancer open(String service) {
        if (closed) {
            throw new IllegalStateException(
                    "Service " + service + " was not called before the application began to stop");
        }
        if (balancers.size() >= MAX_SERVICES) {
            throw new IllegalStateException(
                    "Called services must be at most " + MAX_SERVICES + " but " + service + " was one more");
        }
        MusterLoadBalancerProperties.Retry retry = properties.retry(service);
        ServiceBalancer balancer = new ServiceBalancer(
                views.apply(service),
                properties.strategy(service),
                LoadBalancers.loadBalancer(strategies.forService(service)),
                new RetryBudget(retry.budgetPercent(), retry.budgetMinPerSecond(), nanoClock),
                retry,
                new Traffic(refused),
                properties.firstViewTimeout());
        balancer.start();
        listeners.forEach(listener -> tell(listener, balancer));
        return balancer;
    }

    private static void tell(Consumer<ServiceBalancer> listener, ServiceBalancer balancer) {
        try {
            listener.accept(balancer);
        } catch (RuntimeException e) {
            log.warn("The balancer of service {} goes on without its meters", balancer.service(), e);
        }
    }
}
