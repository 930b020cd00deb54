package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.api.ServiceList;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry that leads, and a cluster behind it: the views are the registry's while it is connected, and the cluster's once it has
 * been away for {@link #AWAY}, as far as the cluster knows the service. The process announces itself to both. Thread-safe. It
 * neither starts nor closes the two.
 */
public final class LeadingDiscovery implements Discovery {
    /** So long a registry may be away before the cluster's word counts: most streams are back much sooner. */
    public static final Duration AWAY = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(LeadingDiscovery.class);

    private final RegistryClient leader;
    private final Discovery follower;
    private final Views views;
    private final EventLoop events;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EventLoop.@Nullable Timer away;
    private volatile boolean following;
    private volatile Position position = new Position(1, 0);

    private LeadingDiscovery(RegistryClient leader, Discovery follower) {
        this.leader = leader;
        this.follower = follower;
        this.views = new Views(leader.namespace());
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "muster-client-views");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        this.events = new EventLoop(executor);
    }

    /** Both as one. */
    public static LeadingDiscovery of(RegistryClient leader, Discovery follower) {
        LeadingDiscovery both = new LeadingDiscovery(leader, follower);
        leader.onStateChange(state -> both.events.execute(both::connectionChanged));
        boolean unused = both.events.execute(both::connectionChanged);
        return both;
    }

    @Override
    public String namespace() {
        return leader.namespace();
    }

    @Override
    public void start() {
        leader.start();
        follower.start();
    }

    /** Ends the views alone. */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            views.all().forEach(ServiceView::abandon);
            events.shutdown();
        }
    }

    @Override
    public ServiceView view(String service) {
        if (closed.get()) {
            throw new IllegalStateException("discovery must be open but was closed");
        }
        return views.get(service).orElseGet(() -> {
            ServiceView added = views.getOrAdd(service);
            // The subscriptions live as long as the two views.
            var unusedLeader = leader.view(service).onChange(snapshot -> events.execute(() -> show(service)));
            var unusedFollower = follower.view(service).onChange(snapshot -> events.execute(() -> show(service)));
            return added;
        });
    }

    @Override
    public Collection<ServiceView> views() {
        return views.all();
    }

    @Override
    public void forget(String service) {
        if (views.remove(service).isPresent()) {
            leader.forget(service);
            follower.forget(service);
        }
    }

    @Override
    public CompletableFuture<ServiceList> services() {
        return following ? follower.services() : leader.services().exceptionallyCompose(failure -> follower.services());
    }

    @Override
    public Announcement register(String service, String id, Supplier<Registration> initial) {
        return new LeadingAnnouncement(service, id, initial, leader, follower);
    }

    @Override
    public void reportRefused(String service, Instance instance) {
        leader.reportRefused(service, instance);
    }

    @Override
    public @Nullable Position position() {
        return position.index() > 0 ? position : null;
    }

    @Override
    public Optional<String> silence() {
        return leader.silence().flatMap(text -> follower.silence().map(other -> text + ". " + other));
    }

    /** Whether the views are the cluster's now. */
    public boolean isFollowing() {
        return following;
    }

    private void connectionChanged() {
        if (leader.state().connected()) {
            if (away != null) {
                away.cancel();
                away = null;
            }
            follow(false);
        } else if (away == null && !following) {
            away = events.schedule(AWAY.toNanos(), () -> {
                away = null;
                follow(!leader.state().connected());
            });
        }
    }

    private void follow(boolean cluster) {
        if (following != cluster) {
            following = cluster;
            if (cluster) {
                log.warn("No registry answers; services are what the cluster says");
            } else {
                log.info("The registry is back and leads again");
            }
            views.services().forEach(this::show);
        }
    }

    /** On the event thread. */
    private void show(String service) {
        Optional<ServiceView> view = views.get(service);
        if (view.isEmpty()) {
            return;
        }
        List<Instance> instances = instances(service);
        if (instances != null
                && !(view.get().known() && view.get().snapshot().instances().equals(instances))) {
            position = new Position(position.epoch(), position.index() + 1);
            ServiceSnapshot snapshot = new ServiceSnapshot(namespace(), service, position, instances);
            boolean unused = views.apply(new SnapshotEvent(false, snapshot));
        }
    }

    /** Null: nobody has told of it yet. */
    private @Nullable List<Instance> instances(String service) {
        ServiceView leading = leader.view(service);
        ServiceView behind = follower.view(service);
        boolean clusterKnows = !behind.snapshot().instances().isEmpty();
        if (clusterKnows && (following || !leading.known())) {
            return behind.snapshot().instances();
        }
        if (leading.known()) {
            return leading.snapshot().instances();
        }
        return behind.known() && following ? List.of() : null;
    }
}
