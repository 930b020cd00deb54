package io.muster.client;

import io.muster.api.Registration;
import io.muster.api.ServiceList;
import io.muster.api.ServiceSnapshot;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A process's connection to the registry: one stream that keeps its views, one batch of heartbeats that keeps its
 * registrations, and calls that fail over between the registry's nodes. One per process is meant; its handful of daemon
 * threads serves any number of services. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RegistryClient implements AutoCloseable {
    RegistryClient() {}

    /** A client on the system's clock and randomness, not started. */
    public static RegistryClient create(ClientConfig config) {
        throw new UnsupportedOperationException();
    }

    /** How the registry is reached. */
    public ClientConfig config() {
        throw new UnsupportedOperationException();
    }

    /**
     * Begins to connect, in the background, and returns at once. Harmless when repeated.
     *
     * @throws IllegalStateException when it was closed
     */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /**
     * Stops the registrations that still run (within 2 s), ends the stream and the threads. Views keep what they last
     * knew. Harmless when repeated.
     */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /**
     * The view of a service, the same one for each call until it is forgotten. The first call subscribes on the running
     * stream; a service that nobody registered is known as one without instances.
     *
     * @throws IllegalArgumentException when it is no service name
     * @throws IllegalStateException when 1000 services are watched already, or the client is closed
     */
    public ServiceView view(String service) {
        throw new UnsupportedOperationException();
    }

    /** All views, in no particular order. */
    public Collection<ServiceView> views() {
        throw new UnsupportedOperationException();
    }

    /** Ends the view of a service: it stays as it is. Harmless when there is none. */
    public void forget(String service) {
        throw new UnsupportedOperationException();
    }

    /**
     * Asks for the services of the namespace. Fails with {@link io.muster.api.ProblemException} when the registry refuses,
     * with {@link java.io.IOException} when none answers in time. Dependents must not block.
     */
    public CompletableFuture<ServiceList> services() {
        throw new UnsupportedOperationException();
    }

    /** Asks for one service, without a view. Fails as {@link #services()} does. */
    public CompletableFuture<ServiceSnapshot> lookup(String service) {
        throw new UnsupportedOperationException();
    }

    /**
     * A registration of this process under a service, not started.
     *
     * @param service the service's name
     * @param id the instance's id within it
     * @param initial what it says of itself, asked once, at the start
     * @throws IllegalArgumentException when a name breaks its rule
     */
    public InstanceRegistration register(String service, String id, Supplier<Registration> initial) {
        throw new UnsupportedOperationException();
    }

    /** The same with a value at hand. */
    public InstanceRegistration register(String service, String id, Registration initial) {
        return register(service, id, () -> initial);
    }

    /** How the stream stands now. */
    public ConnectionState state() {
        throw new UnsupportedOperationException();
    }

    /** Calls the listener, on the event thread, when the stream comes, goes, or its registry begins or ends warming. */
    public void onStateChange(Consumer<ConnectionState> listener) {
        throw new UnsupportedOperationException();
    }
}
