package io.muster.client;

import io.muster.api.DrainResult;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Names;
import io.muster.api.Registered;
import io.muster.api.Registration;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process as a member that is an instance. */
final class GossipAnnouncement implements Announcement {
    private static final Logger log = LoggerFactory.getLogger(GossipAnnouncement.class);

    private final GossipDiscovery discovery;
    private final String service;
    private final String id;
    private final Supplier<Registration> initial;
    private final CompletableFuture<Registered> first = new CompletableFuture<>();

    private InstancePatch beforeStart = Patches.NO_CHANGE;
    private @Nullable Registration current;
    private boolean stopped;

    GossipAnnouncement(GossipDiscovery discovery, String service, String id, Supplier<Registration> initial) {
        this.discovery = discovery;
        this.service = Names.service(service);
        this.id = Names.instanceId(id);
        this.initial = initial;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public String id() {
        return id;
    }

    /** @throws IllegalStateException also when another instance is announced: a member is one */
    @Override
    public synchronized CompletableFuture<Registered> start() {
        if (stopped) {
            throw new IllegalStateException("announcement of " + this + " must not be stopped before its start");
        }
        if (current == null) {
            Registration wanted = initial.get().with(beforeStart);
            GossipCard card = card(wanted);
            discovery.announce(this, card);
            current = wanted;
            log.info("Announced {} ({})", this, wanted.status());
            first.complete(discovery.registered(card));
        }
        return first.copy();
    }

    @Override
    public synchronized void update(InstancePatch patch) {
        Registration before = current;
        if (before == null) {
            beforeStart = Patches.both(beforeStart, patch);
        } else if (!stopped) {
            Registration wanted = before.with(patch);
            if (!wanted.equals(before)) {
                discovery.announce(this, card(wanted));
                current = wanted;
                if (wanted.status() != before.status()) {
                    log.info("{} is {} now", this, wanted.status());
                }
            }
        }
    }

    /** Waits for as long as news takes to reach all members, by the planner's formulas, and twice that: nobody answers. */
    @Override
    public CompletableFuture<Optional<DrainResult>> drain(Duration timeout) {
        boolean announced = isAnnounced();
        status(InstanceStatus.DRAINING);
        return announced ? discovery.spread(timeout).thenApply(done -> Optional.empty()) : nobody();
    }

    @Override
    public synchronized Optional<Registered> current() {
        Registration now = current;
        return now == null || stopped ? Optional.empty() : Optional.of(discovery.registered(card(now)));
    }

    @Override
    public synchronized RegistrationState state() {
        Registered registered = current().orElse(null);
        return RegistrationState.of(stopped, current, registered, null, "");
    }

    @Override
    public synchronized CompletableFuture<Void> stop() {
        if (!stopped) {
            stopped = true;
            first.cancel(false);
            if (current != null) {
                discovery.withdraw(this);
                log.info("Withdrew {}", this);
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
        stop().join();
    }

    @Override
    public String toString() {
        return service + "/" + id;
    }

    private synchronized boolean isAnnounced() {
        return current != null && !stopped;
    }

    private GossipCard card(Registration registration) {
        return new GossipCard(discovery.namespace(), service, id, registration);
    }

    private static CompletableFuture<Optional<DrainResult>> nobody() {
        return CompletableFuture.completedFuture(Optional.empty());
    }
}
