package io.muster.client;

import io.muster.api.DrainResult;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Registered;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps one instance known to others, from start to stop; used once. Nothing here blocks, or fails because others are away.
 * Implementations are thread-safe.
 */
public interface Announcement extends AutoCloseable {
    /** The service's name. */
    String service();

    /** The instance's id within the service. */
    String id();

    /**
     * Begins, in the background. Asks for what the instance says of itself on the caller's thread, and throws what that throws.
     * Repeated calls answer the same.
     *
     * @return completes when the instance is known for the first time; fails with
     *     {@link java.util.concurrent.CancellationException} when stopped before
     * @throws IllegalStateException when it was stopped
     */
    CompletableFuture<Registered> start();

    /** Says another status of the instance: {@link #update} with it alone. */
    default void status(InstanceStatus status) {
        update(InstancePatch.status(status));
    }

    /**
     * Changes what the instance says of itself. Before the start it changes what will be announced; after the stop nothing.
     *
     * @throws io.muster.api.InvalidFieldException when it would be too large to be announced
     */
    void update(InstancePatch patch);

    /**
     * Says DRAINING, and waits until those who choose among the service's instances know, as far as that can be said.
     *
     * @param timeout how long at most
     * @return completes with who has not; empty when nobody could say. Never a failure
     */
    CompletableFuture<Optional<DrainResult>> drain(Duration timeout);

    /** Under which generation it is known; empty while it is not. */
    Optional<Registered> current();

    /** How it stands now. */
    RegistrationState state();

    /**
     * Takes it back. Repeated calls answer the same.
     *
     * @return completes within 2 s, never with a failure
     */
    CompletableFuture<Void> stop();

    /** {@link #stop()}, and waits for it. */
    @Override
    void close();
}
