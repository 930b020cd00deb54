package io.muster.client.spring.loadbalancer;

import io.muster.api.ServiceSnapshot;
import io.muster.client.ServiceView;
import io.muster.lb.LoadBalancer;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
    private final Strategies strategies;
    private final Consumer<MusterServiceInstance> refused;
    private final LongSupplier nanoClock;
    private final Map<String, ServiceBalancer> balancers = new ConcurrentHashMap<>();
    private final List<Consumer<ServiceBalancer>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService executor = executor();
    private volatile MusterLoadBalancerProperties properties;
    private volatile CallerPlace place;
    private volatile boolean closed;
    /** How often properties or place changed; written under this object's monitor. */
    private volatile int changes;

    /**
     * @param views the view of a service, the same one for each call; throws {@link IllegalArgumentException} when it is no
     *     service name
     * @param place where this application is
     * @param refused told of each instance that refused a connection; must not block
     * @param nanoClock monotonic time in nanoseconds
     */
    ServiceBalancers(
            Function<String, ServiceView> views,
            MusterLoadBalancerProperties properties,
            Strategies strategies,
            CallerPlace place,
            Consumer<MusterServiceInstance> refused,
            LongSupplier nanoClock) {
        this.place = place;
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
        ServiceBalancer known = balancers.get(service);
        if (known != null) {
            return known;
        }
        int before = changes;
        ServiceBalancer balancer = balancers.computeIfAbsent(service, this::open);
        // Whoever changed something meanwhile has perhaps not seen this one.
        if (changes != before) {
            catchUp(balancer);
        }
        if (closed) {
            balancer.close();
        }
        return balancer;
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

    /**
     * Changes how calls are spread from now on; those under way go on. {@code enabled} stays as it is, and so does {@code firstViewTimeout} for the
     * services that have been called. A service whose strategy fails, a bean of the application's, keeps what it had, and the log says so.
     *
     * @throws IllegalArgumentException when a value breaks its rule; nothing changes then
     */
    synchronized void configure(MusterLoadBalancerProperties newProperties) {
        strategies.check(newProperties);
        properties = newProperties;
        changes++;
        balancers.values().forEach(this::configure);
    }

    /** Takes notice of where this application's own instances are. */
    synchronized void callers(ServiceSnapshot own) {
        Map<String, Integer> callers = new TreeMap<>();
        own.instances().stream()
                .filter(instance -> instance.status().takesRequests())
                .forEach(instance -> callers.merge(instance.zone(), 1, Integer::sum));
        if (!place.callers().equals(callers)) {
            place = place.withCallers(callers);
            changes++;
            balancers.values().stream()
                    .filter(balancer -> balancer.settings().zone().enabled())
                    .forEach(balancer -> balancer.place(place));
        }
    }

    /** How calls are spread now. */
    MusterLoadBalancerProperties properties() {
        return properties;
    }

    private synchronized void catchUp(ServiceBalancer balancer) {
        configure(balancer);
    }

    private void configure(ServiceBalancer balancer) {
        try {
            balancer.configure(configured(balancer.service(), balancer.traffic()), place);
        } catch (RuntimeException e) {
            log.error("Calls to service {} are spread as before, because its strategy failed", balancer.service(), e);
        }
    }

    /** Ends the balancers' subscriptions; calls go on with what was last known. Harmless when repeated. */
    @Override
    public void close() {
        closed = true;
        executor.shutdown();
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
        Traffic traffic = new Traffic(refused);
        ServiceBalancer.Configured configured = configured(service, traffic);
        LoadBalancer loadBalancer = LoadBalancers.loadBalancer(configured.strategy(), executor);
        loadBalancer.configure(configured.strategy(), configured.settings().options(place));
        ServiceBalancer balancer = new ServiceBalancer(
                views.apply(service), loadBalancer, configured, traffic, properties.firstViewTimeout());
        balancer.start();
        listeners.forEach(listener -> tell(listener, balancer));
        return balancer;
    }

    private ServiceBalancer.Configured configured(String service, Traffic traffic) {
        ServiceSettings settings = properties.of(service);
        MusterLoadBalancerProperties.Retry retry = settings.retry();
        return new ServiceBalancer.Configured(
                settings,
                strategies.strategy(settings),
                RequestSelector.of(settings, strategies.resolver(settings), traffic),
                LoadBalancers.retryBudget(retry.budgetPercent(), retry.budgetMinPerSecond(), nanoClock));
    }

    /** One thread, when there is something to do: each balancer has one task waiting at most. */
    private static ExecutorService executor() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(2 * MAX_SERVICES), task -> {
                    Thread thread = new Thread(task, "muster-load-balancer");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static void tell(Consumer<ServiceBalancer> listener, ServiceBalancer balancer) {
        try {
            listener.accept(balancer);
        } catch (RuntimeException e) {
            log.warn("The balancer of service {} goes on without its meters", balancer.service(), e);
        }
    }
}
