package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.Registered;
import io.muster.api.Registration;
import io.muster.api.ServiceList;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import io.muster.gossip.GossipConfig;
import io.muster.gossip.GossipNode;
import io.muster.gossip.GossipThreads;
import io.muster.gossip.GossipTraffic;
import io.muster.gossip.plan.Fleet;
import io.muster.gossip.plan.Planner;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.Metadata;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Services that find each other without a registry: each process is a member of a cluster, and what it says of itself as an
 * instance travels as the member's metadata. A member that is dead or has left is no instance any more, one that is suspected still
 * is. Thread-safe; views are changed, and their listeners called, on a thread of its own, so that a slow listener never costs
 * a probe.
 *
 * <p>Whoever has a key of the cluster can announce anything: there are no owners, no operators and no history here.
 */
public final class GossipDiscovery implements Discovery {
    /** After the first news of others, so that all of a first answer is there. */
    private static final Duration GATHER = Duration.ofMillis(200);
    /** Without any news: this process is alone. */
    private static final int PATIENCE_PERIODS = 3;

    private static final int LEAST_FLEET = 3;
    private static final double ASSUMED_LOSS = 0.05;
    private static final Duration ASSUMED_ROUND_TRIP = Duration.ofMillis(5);
    private static final long CLOSE_SECONDS = 5;

    private final String namespace;
    private final GossipConfig config;
    private final GossipThreads threads = new GossipThreads(1);
    private final EventLoop events;
    private final Views views;
    private final GossipRoster roster;
    private final GossipWatch watch;
    private final AtomicBoolean publishing = new AtomicBoolean();
    private final AtomicReference<@Nullable GossipAnnouncement> announcement = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private volatile @Nullable GossipNode node;
    private volatile boolean settled;
    private volatile Position position = new Position(1, 0);

    private GossipDiscovery(String namespace, GossipConfig config) {
        this.namespace = namespace;
        this.config = config;
        this.views = new Views(namespace);
        this.roster = new GossipRoster(namespace);
        this.watch = new GossipWatch(config.name(), roster, this::membersChanged);
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "muster-client-gossip");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        this.events = new EventLoop(executor);
    }

    /**
     * A member, not started.
     *
     * @param config whose metadata must be empty: it is this class's to fill
     */
    public static GossipDiscovery create(String namespace, GossipConfig config) {
        if (config.metadata().size() > 0) {
            throw new IllegalArgumentException("metadata must be empty but was " + config.metadata());
        }
        return new GossipDiscovery(namespace, config);
    }

    @Override
    public String namespace() {
        return namespace;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException also if the address cannot be bound
     */
    @Override
    public synchronized void start() {
        requireOpen();
        if (node != null) {
            return;
        }
        node = GossipNode.start(config, threads, watch::on);
        long patience = config.protocol().probing().period().toNanos() * PATIENCE_PERIODS;
        settleIn(isAlone() ? 0 : patience);
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        GossipAnnouncement announced = announcement.get();
        if (announced != null) {
            announced.close();
        }
        leave();
        threads.close();
        views.all().forEach(ServiceView::abandon);
        events.shutdown();
    }

    @Override
    public ServiceView view(String service) {
        requireOpen();
        return views.get(service).orElseGet(() -> {
            ServiceView added = views.getOrAdd(service);
            events.execute(() -> show(service));
            return added;
        });
    }

    @Override
    public Collection<ServiceView> views() {
        return views.all();
    }

    @Override
    public void forget(String service) {
        Optional<ServiceView> unused = views.remove(service);
    }

    @Override
    public CompletableFuture<ServiceList> services() {
        return CompletableFuture.completedFuture(roster.services(position));
    }

    @Override
    public Announcement register(String service, String id, Supplier<Registration> initial) {
        requireOpen();
        return new GossipAnnouncement(this, service, id, initial);
    }

    /** Nobody is told: each process takes what refuses it out for itself, and a dead member is found by its probes. */
    @Override
    public void reportRefused(String service, Instance instance) {}

    @Override
    public @Nullable Position position() {
        return settled || position.index() > 0 ? position : null;
    }

    @Override
    public Optional<String> silence() {
        return position() != null
                ? Optional.empty()
                : Optional.of("No member of the cluster has been heard yet; seeds are " + config.seeds());
    }

    /** How this process stands in its cluster. */
    public GossipState state() {
        return watch.state(config.address(), settled);
    }

    /** What this member has sent and heard since it was started. */
    public GossipTraffic traffic() {
        GossipNode running = node;
        return running == null ? GossipTraffic.NONE : running.traffic();
    }

    /** All that is held of members, the dead included until they are forgotten, this one too; fails when not started. */
    public CompletableFuture<List<MemberRecord>> members() {
        GossipNode running = node;
        return running == null
                ? CompletableFuture.failedFuture(new IllegalStateException("discovery must be started but was not"))
                : running.members();
    }

    /** What others know an announced card by. The times are those between two probes of this member. */
    Registered registered(GossipCard card) {
        long period = config.protocol().probing().period().toMillis();
        return new Registered(card.generation(), period, period);
    }

    void announce(GossipAnnouncement by, GossipCard card) {
        requireOpen();
        GossipNode running = node;
        if (running == null) {
            throw new IllegalStateException("discovery must be started before " + by + " is announced");
        }
        Metadata metadata = card.encode();
        GossipAnnouncement other = announcement.compareAndExchange(null, by);
        if (other != null && other != by) {
            throw new IllegalStateException("a member must be one instance but was announced as " + other + " already");
        }
        running.update(metadata);
        roster.put(config.name(), metadata);
        membersChanged();
    }

    void withdraw(GossipAnnouncement by) {
        GossipNode running = node;
        if (announcement.compareAndSet(by, null) && running != null) {
            running.update(Metadata.EMPTY);
            roster.remove(config.name());
            membersChanged();
        }
    }

    /** Complete when what was said last can be expected to be known to all, or after the time given if that is less. */
    CompletableFuture<Void> spread(Duration atMost) {
        Fleet fleet = new Fleet(Math.max(LEAST_FLEET, watch.members() + 1), ASSUMED_LOSS, ASSUMED_ROUND_TRIP);
        Duration late = Planner.plan(config.protocol(), fleet).update().late().multipliedBy(2);
        CompletableFuture<Void> known = new CompletableFuture<>();
        long nanos = Math.min(late.toNanos(), atMost.toNanos());
        EventLoop.Timer unused = events.schedule(nanos, () -> known.complete(null));
        return closed.get() ? CompletableFuture.completedFuture(null) : known;
    }

    /** Whether there is nobody to wait for. */
    private boolean isAlone() {
        return config.seeds().stream().allMatch(config.address()::equals);
    }

    private void membersChanged() {
        if (!settled && watch.members() > 0) {
            settleIn(GATHER.toNanos());
        }
        if (publishing.compareAndSet(false, true)) {
            events.execute(this::publish);
        }
    }

    private void settleIn(long nanos) {
        EventLoop.Timer unused = events.schedule(nanos, () -> {
            if (!settled) {
                settled = true;
                views.services().forEach(this::show);
            }
        });
    }

    private void publish() {
        publishing.set(false);
        Set<String> changed = roster.takeChanged();
        if (!changed.isEmpty()) {
            position = new Position(position.epoch(), position.index() + 1);
            changed.forEach(this::show);
        }
    }

    /** On the event thread. */
    private void show(String service) {
        List<Instance> instances = roster.instances(service);
        if (settled || !instances.isEmpty()) {
            ServiceSnapshot snapshot = new ServiceSnapshot(namespace, service, position, instances);
            boolean unused = views.apply(new SnapshotEvent(false, snapshot));
        }
    }

    private void leave() {
        GossipNode running = node;
        if (running == null) {
            return;
        }
        try {
            running.leave().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            running.close();
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("discovery must be open but was closed");
        }
    }
}
