package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.api.ServiceList;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a process learns of services and makes itself known: a registry ({@link RegistryClient}), a cluster without one
 * ({@link GossipDiscovery}), or both. Implementations are thread-safe, and nothing here but {@link #start} and {@link #close} blocks.
 */
public interface Discovery extends AutoCloseable {
    /** In which namespace services are looked up and announced. */
    String namespace();

    /**
     * Begins, in the background. Harmless when repeated.
     *
     * @throws IllegalStateException when it was closed
     */
    void start();

    /**
     * The view of a service, the same one for each call until it is forgotten. A service that nobody announces is known as one
     * without instances, once that can be said.
     *
     * @throws io.muster.api.InvalidFieldException when it is no service name
     * @throws IllegalStateException when 1000 services are watched already, or this is closed
     */
    ServiceView view(String service);

    /** All views, in no particular order. */
    Collection<ServiceView> views();

    /** Ends the view of a service: it stays as it is. Harmless when there is none. */
    void forget(String service);

    /** The services of the namespace. Dependents must not block. */
    CompletableFuture<ServiceList> services();

    /**
     * An announcement of this process under a service, not started.
     *
     * @param service the service's name
     * @param id the instance's id within it
     * @param initial what it says of itself, asked once, at the start
     * @throws io.muster.api.InvalidFieldException when a name breaks its rule
     */
    Announcement register(String service, String id, Supplier<Registration> initial);

    /** The same with a value at hand. */
    default Announcement register(String service, String id, Registration initial) {
        return register(service, id, () -> initial);
    }

    /** Says that an instance refused a connection, to whoever can look at it. Harmless when repeated. */
    void reportRefused(String service, Instance instance);

    /** Where the views stand: another value after each change of any of them; null before anything was heard. */
    @Nullable
    Position position();

    /** Why nothing at all has been heard of services yet, for people; empty once something was. */
    Optional<String> silence();

    /** Ends announcements, views and threads, within a few seconds. Harmless when repeated. */
    @Override
    void close();
}
