package io.muster.client;

import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Registered;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps one instance registered: registers it, renews it, registers it again when the registry forgot it, tells its
 * changes, deregisters it. Nothing here blocks or fails because the registry is away. Thread-safe; used once, from start
 * to stop.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class InstanceRegistration implements AutoCloseable {
    InstanceRegistration() {}

    /** The service's name. */
    public String service() {
        throw new UnsupportedOperationException();
    }

    /** The instance's id within the service. */
    public String id() {
        throw new UnsupportedOperationException();
    }

    /**
     * Begins to register, in the background, and tries until it succeeds. Asks the supplier for what the instance says of
     * itself, on the caller's thread, and throws what it throws. Repeated calls answer the same.
     *
     * @return completes with the first answer of the registry; cancelled when stopped before
     * @throws IllegalStateException when it was stopped
     */
    public CompletableFuture<Registered> start() {
        throw new UnsupportedOperationException();
    }

    /** Says another status of the instance: STARTING, UP or DRAINING. The same as {@link #update} with it alone. */
    public void status(InstanceStatus status) {
        throw new UnsupportedOperationException();
    }

    /**
     * Changes what the instance says of itself. It is told to the registry at once, or when it is back; of several changes
     * that wait only the newest result is told. Before the start it changes what will be registered; after the stop
     * nothing.
     */
    public void update(InstancePatch patch) {
        throw new UnsupportedOperationException();
    }

    /** The registry's last answer; empty while it does not know the instance. */
    public Optional<Registered> current() {
        throw new UnsupportedOperationException();
    }

    /** How the registration stands now. */
    public RegistrationState state() {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends renewals and deregisters, after a call to the registry that is under way. Repeated calls answer the same.
     *
     * @return completes within 2 s, never with a failure: an instance that could not be deregistered is evicted by the
     *     registry after its TTL
     */
    public CompletableFuture<Void> stop() {
        throw new UnsupportedOperationException();
    }

    /** {@link #stop()}, and waits for it. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
