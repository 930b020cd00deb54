package io.muster.client.spring.registration;

import io.muster.api.DrainResult;
import io.muster.api.Identity;
import io.muster.api.InstanceStatus;
import io.muster.api.JsonCodec;
import io.muster.api.Registered;
import io.muster.client.Announcement;
import io.muster.client.Discovery;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;

/**
 * This process as an instance of its service. Its life: {@link #register}, any number of {@link #ready}, {@link #drain},
 * {@link #deregister}; it may be registered anew after that, when a context is stopped and started. Nothing here blocks.
 * Thread-safe.
 */
public final class LocalInstance implements AutoServiceRegistration {
    private static final Logger log = LoggerFactory.getLogger(LocalInstance.class);

    /** A closing context refuses traffic just before it drains: callers then have one change to apply, not two. */
    private static final Executor SHORTLY = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);

    private final Discovery discovery;
    private final InstanceDescription description;
    private final Supplier<CompletableFuture<String>> host;

    private @Nullable Announcement registration;
    private @Nullable CompletableFuture<Registered> outcome;
    private boolean ready;
    private volatile boolean draining;

    LocalInstance(Discovery discovery, InstanceDescription description, Supplier<CompletableFuture<String>> host) {
        this.discovery = discovery;
        this.description = description;
        this.host = host;
    }

    /**
     * The service under which it registers.
     *
     * @throws io.muster.api.InvalidFieldException when no valid service name is configured
     */
    public String service() {
        return description.service();
    }

    /** The registration; empty before the address is known, and after the end. */
    public synchronized Optional<Announcement> registration() {
        return Optional.ofNullable(registration);
    }

    /** Whether it is registered under that id. */
    synchronized boolean hasId(String id) {
        return registration != null && registration.id().equals(id);
    }

    /**
     * Begins to register, in the background. Harmless when repeated.
     *
     * @return completes when the registry knows this instance; cancelled when it is deregistered before
     * @throws io.muster.api.InvalidFieldException when no valid service name is configured
     */
    synchronized CompletableFuture<Registered> register(int port) {
        if (outcome != null) {
            return outcome;
        }
        description.service();
        draining = false;
        CompletableFuture<Registered> begun = new CompletableFuture<>();
        outcome = begun;
        CompletableFuture<Void> unused = host.get()
                .thenAccept(found -> begin(begun, found, port))
                .exceptionally(failure -> {
                    log.error(
                            "This instance cannot be registered; see the cause, and set muster.instance.host if it is the address",
                            failure);
                    begun.completeExceptionally(failure);
                    return null;
                });
        return begun;
    }

    /**
     * Says whether the application takes requests: at once that it does, shortly after that it does not. While it drains it
     * does not, whatever is said here.
     */
    synchronized void ready(boolean accepting) {
        ready = accepting;
        if (accepting) {
            tellReadiness();
        } else {
            SHORTLY.execute(this::tellReadiness);
        }
    }

    /**
     * From now on this instance takes no new requests, and only {@link #deregister} follows.
     *
     * @param timeout how long to wait at most until everybody who watches this service knows
     * @return completes with what the registry says of them; empty when it could not be asked. Never a failure
     */
    synchronized CompletableFuture<Optional<DrainResult>> drain(Duration timeout) {
        draining = true;
        return registration == null ? CompletableFuture.completedFuture(Optional.empty()) : registration.drain(timeout);
    }

    /** Who this process is to the registry, as JSON; empty while the registry does not know it. */
    synchronized Optional<byte[]> identity() {
        return registration()
                .flatMap(current ->
                        current.current().map(registered -> new Identity(current.id(), registered.generation())))
                .map(identity -> JsonCodec.server().encode(identity));
    }

    /** Whether the end of this process has begun. */
    boolean isDraining() {
        return draining;
    }

    /** Ends the registration; completes within the bounded time of {@link Announcement#stop}. */
    synchronized CompletableFuture<Void> deregister() {
        Announcement ending = registration;
        if (outcome != null) {
            outcome.cancel(false);
        }
        outcome = null;
        registration = null;
        return ending == null ? CompletableFuture.completedFuture(null) : ending.stop();
    }

    private synchronized void begin(CompletableFuture<Registered> begun, String foundHost, int port) {
        if (outcome != begun) {
            return;
        }
        InstanceDescription.Named named = description.describe(foundHost, port);
        InstanceStatus status = draining ? InstanceStatus.DRAINING : status();
        Announcement next = discovery.register(
                named.service(), named.id(), named.registration().withStatus(status));
        registration = next;
        CompletableFuture<Registered> unused = next.start().whenComplete((registered, failure) -> {
            if (failure == null) {
                begun.complete(registered);
            } else {
                begun.completeExceptionally(failure);
            }
        });
    }

    private synchronized void tellReadiness() {
        if (!draining && registration != null) {
            registration.status(status());
        }
    }

    private InstanceStatus status() {
        return ready ? InstanceStatus.UP : InstanceStatus.STARTING;
    }
}
