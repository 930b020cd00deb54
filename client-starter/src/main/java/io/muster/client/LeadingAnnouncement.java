package io.muster.client;

import io.muster.api.DrainResult;
import io.muster.api.InstancePatch;
import io.muster.api.Registered;
import io.muster.api.Registration;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This process announced to a registry and to a cluster; what is answered is the registry's word while it has one. */
final class LeadingAnnouncement implements Announcement {
    private final Announcement leading;
    private final Announcement behind;
    private final AtomicReference<@Nullable Registration> asked = new AtomicReference<>();

    LeadingAnnouncement(
            String service, String id, Supplier<Registration> initial, Discovery leader, Discovery follower) {
        // Both say the same, and it is asked for once.
        Supplier<Registration> once = () -> {
            Registration before = asked.get();
            Registration value = before == null ? initial.get() : before;
            asked.set(value);
            return value;
        };
        this.leading = leader.register(service, id, once);
        this.behind = follower.register(service, id, once);
    }

    @Override
    public String service() {
        return leading.service();
    }

    @Override
    public String id() {
        return leading.id();
    }

    /** {@inheritDoc} That is by the registry: without one it waits, though the cluster knows it at once. */
    @Override
    public synchronized CompletableFuture<Registered> start() {
        CompletableFuture<Registered> unused = behind.start();
        return leading.start();
    }

    @Override
    public void update(InstancePatch patch) {
        behind.update(patch);
        leading.update(patch);
    }

    @Override
    public CompletableFuture<Optional<DrainResult>> drain(Duration timeout) {
        return behind.drain(timeout).thenCombine(leading.drain(timeout), (nobody, result) -> result);
    }

    @Override
    public Optional<Registered> current() {
        return leading.current().or(behind::current);
    }

    @Override
    public RegistrationState state() {
        return leading.state();
    }

    @Override
    public CompletableFuture<Void> stop() {
        return CompletableFuture.allOf(behind.stop(), leading.stop());
    }

    @Override
    public void close() {
        behind.close();
        leading.close();
    }
}
