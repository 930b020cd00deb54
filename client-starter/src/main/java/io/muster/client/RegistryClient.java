package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.InstanceReference;
import io.muster.api.Names;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.api.ServiceList;
import io.muster.api.ServiceSnapshot;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A process's connection to the registry: one stream that keeps its views, one batch of heartbeats that keeps its
 * registrations, and calls that fail over between the registry's nodes. One per process is meant; its handful of daemon
 * threads serves any number of services. Thread-safe.
 */
public final class RegistryClient implements Discovery {
    private static final long CLOSE_MILLIS = 2_500;

    private final ClientConfig config;
    private final ClientRuntime runtime;
    private final RegistryCalls calls;
    private final RegistryCalls renewalCalls;
    private final RegistryCalls leaseCalls;
    private final Reporter reporter;
    private final Access access = new Access();
    private final Views views;
    private final StreamStatus status;
    private final Registrations registrations;
    private final Watch watch;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

    private enum Phase {
        NEW,
        STARTED,
        CLOSED
    }

    RegistryClient(ClientConfig config, ClientRuntime runtime) {
        this.config = config;
        this.runtime = runtime;
        Failover failover = new Failover(config.registryUrls());
        EpochWatch epochs = new EpochWatch();
        this.calls = new RegistryCalls(runtime.http(), config, failover, epochs, runtime.events());
        this.renewalCalls = new RegistryCalls(runtime.http(), config, failover, epochs, runtime.renewals());
        // A node that gives out no leases now is no reason for the stream and the registrations to leave it.
        this.leaseCalls = new RegistryCalls(
                runtime.http(), config, new Failover(config.registryUrls()), epochs, runtime.renewals());
        this.reporter = new Reporter(calls, runtime.events(), runtime.nanoTime());
        this.views = new Views(config.namespace());
        this.status = new StreamStatus(runtime.nanoTime(), failover.current());
        this.registrations = new Registrations(config, runtime, renewalCalls, access, this::instanceChanged);
        ViewKeeper keeper = new ViewKeeper(
                config.viewFile() == null ? null : new ViewFile(config.viewFile()),
                config.namespace(),
                views,
                runtime.events(),
                runtime.disk());
        this.watch = new Watch(
                config,
                runtime,
                failover,
                calls,
                views,
                keeper,
                status,
                access,
                registrations::primary,
                registrations::connected);
    }

    /** A client on the system's clock and randomness, not started. */
    public static RegistryClient create(ClientConfig config) {
        return new RegistryClient(config, ClientRuntime.system(config));
    }

    @Override
    public String namespace() {
        return config.namespace();
    }

    /** How the registry is reached. */
    public ClientConfig config() {
        return config;
    }

    /**
     * Begins to connect, in the background, and returns at once. Harmless when repeated.
     *
     * @throws IllegalStateException when it was closed
     */
    @Override
    public void start() {
        if (phase.compareAndSet(Phase.NEW, Phase.STARTED)) {
            runtime.events().execute(watch::start);
        } else {
            requireOpen();
        }
    }

    /**
     * Stops the registrations that still run (within 2 s), ends the stream and the threads. Views keep what they last
     * knew. Harmless when repeated.
     */
    @Override
    public void close() {
        if (phase.getAndSet(Phase.CLOSED) == Phase.CLOSED) {
            return;
        }
        await(registrations.stop());
        CompletableFuture<Void> closed = new CompletableFuture<>();
        runtime.events().execute(() -> {
            CompletableFuture<Void> unused = watch.close().thenRun(() -> closed.complete(null));
        });
        await(closed);
        // A listener that hangs, or that called this, keeps the loop from closing the stream.
        watch.cut();
        calls.close();
        renewalCalls.close();
        leaseCalls.close();
        views.all().forEach(ServiceView::abandon);
        runtime.shutdown();
    }

    /**
     * The view of a service, the same one for each call until it is forgotten. The first call subscribes on the running
     * stream; a service that nobody registered is known as one without instances.
     *
     * @throws IllegalArgumentException when it is no service name
     * @throws IllegalStateException when 1000 services are watched already, or the client is closed
     */
    @Override
    public ServiceView view(String service) {
        requireOpen();
        return views.get(service).orElseGet(() -> {
            ServiceView added = views.getOrAdd(service);
            runtime.events().execute(watch::viewAdded);
            return added;
        });
    }

    /** All views, in no particular order. */
    @Override
    public Collection<ServiceView> views() {
        return views.all();
    }

    /** Ends the view of a service: it stays as it is. Harmless when there is none. */
    @Override
    public void forget(String service) {
        if (views.remove(service).isPresent()) {
            runtime.events().execute(() -> watch.viewRemoved(service));
        }
    }

    /**
     * Asks for the services of the namespace. Fails with {@link io.muster.api.ProblemException} when the registry refuses,
     * with {@link java.io.IOException} when none answers in time. Dependents must not block.
     */
    @Override
    public CompletableFuture<ServiceList> services() {
        return get("/v1/services", ServiceList.class);
    }

    /** Asks for one service, without a view. Fails as {@link #services()} does. */
    public CompletableFuture<ServiceSnapshot> lookup(String service) {
        return get("/v1/services/" + Names.service(service), ServiceSnapshot.class);
    }

    /**
     * A registration of this process under a service, not started.
     *
     * @param service the service's name
     * @param id the instance's id within it
     * @param initial what it says of itself, asked once, at the start
     * @throws IllegalArgumentException when a name breaks its rule
     */
    @Override
    public InstanceRegistration register(String service, String id, Supplier<Registration> initial) {
        requireOpen();
        return registrations.add(service, id, initial);
    }

    /** The same with a value at hand. */
    @Override
    public InstanceRegistration register(String service, String id, Registration initial) {
        return register(service, id, () -> initial);
    }

    /**
     * Tells the registry, in the background, that an instance refused a connection, so that it looks at it now. Harmless when
     * repeated.
     */
    @Override
    public void reportRefused(String service, Instance instance) {
        reporter.refused(new InstanceReference(config.namespace(), service, instance.id(), instance.generation()));
    }

    /** Calls about leases; a listener that hangs does not hold them up. */
    RegistryCalls leaseCalls() {
        return leaseCalls;
    }

    ClientRuntime runtime() {
        return runtime;
    }

    /** What became of this client's registrations so far. */
    public RenewalCounts renewals() {
        return registrations.counts();
    }

    /** How the stream stands now. */
    public ConnectionState state() {
        return status.current();
    }

    @Override
    public @Nullable Position position() {
        return state().position();
    }

    @Override
    public Optional<String> silence() {
        ConnectionState state = state();
        return state.connected() || state.position() != null
                ? Optional.empty()
                : Optional.of("The registry at " + config.registryUrls() + " was never reached: " + state.problem());
    }

    /** What the registry refuses because of this client's credentials, for people; empty when nothing. */
    public Optional<String> refusal() {
        return access.problem();
    }

    /** Calls the listener, on the event thread, when the stream comes, goes, or its registry begins or ends warming. */
    public void onStateChange(Consumer<ConnectionState> listener) {
        status.onChange(listener);
    }

    private void instanceChanged() {
        runtime.events().execute(watch::instanceChanged);
    }

    private <T> CompletableFuture<T> get(String path, Class<T> type) {
        String query = "?namespace=" + config.namespace();
        return calls.send(new RegistryCalls.Call("GET", path + query, null)).thenApply(reply -> reply.as(type));
    }

    private void requireOpen() {
        if (phase.get() == Phase.CLOSED) {
            throw new IllegalStateException("registry client must be open but was closed");
        }
    }

    /** Waits no longer than the parts have promised. */
    private static void await(CompletableFuture<Void> end) {
        try {
            end.get(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // What did not end in its time is ended by the shutdown of the threads.
            end.cancel(false);
        }
    }
}
