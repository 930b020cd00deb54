package io.muster.registry.watch;

import io.muster.api.Position;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.engine.Changes;
import io.muster.registry.engine.Engine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers the engine's changes and hands them to those who watch. Runs on the hub's thread, but for what says otherwise. */
final class Dispatcher {
    /*
     * Positions on a stream. `dispatched` is the position up to which every change has been put into the mailboxes of its
     * watchers. A watcher whose mailbox runs empty has been sent everything up to there, so that position becomes its event
     * id. Snapshots are taken from the engine when they are written and may be newer; a change that follows is then already
     * covered by the snapshot's own position, and the client drops it.
     */
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    private final Engine engine;
    private final ServiceEncoder encoder;
    private final Topics topics;
    private final BlockingQueries queries;
    private final long gatherNanos;
    private final LongSupplier nanoClock;
    private final HubThread thread;

    private final AtomicBoolean dispatchPending = new AtomicBoolean();
    private final LongAdder collapses = new LongAdder();
    private final LongAdder events = new LongAdder();
    private volatile Dispatched dispatched;
    private long lastDispatchNanos;

    Dispatcher(
            Engine engine,
            ServiceEncoder encoder,
            Topics topics,
            BlockingQueries queries,
            long gatherNanos,
            LongSupplier nanoClock,
            HubThread thread) {
        this.engine = engine;
        this.encoder = encoder;
        this.topics = topics;
        this.queries = queries;
        this.gatherNanos = gatherNanos;
        this.nanoClock = nanoClock;
        this.thread = thread;
        this.dispatched = new Dispatched(engine.view().position());
    }

    /** Begins to follow the engine; for the caller's thread, once, before anything is watched. */
    void start() {
        lastDispatchNanos = nanoClock.getAsLong();
        engine.onChange(this::changed);
    }

    /** Up to where all changes have been handed out; for any thread. */
    Position position() {
        return dispatched.position();
    }

    /** The same as the line of an event's id, shared and only to be read; for any thread. */
    byte[] idLine() {
        return dispatched.idLine();
    }

    /** How often a slow watcher's changes collapsed into a snapshot; for any thread. */
    long collapses() {
        return collapses.sum();
    }

    /** How many change events were handed to watchers; for any thread. */
    long events() {
        return events.sum();
    }

    /** Stages what a watcher that comes back has missed: the changes while they are remembered, else snapshots. */
    void resume(Watcher watcher, List<ServiceKey> services) {
        Position from = watcher.request().lastEventId();
        Changes missed = from == null ? null : engine.changes(from);
        if (missed == null || !missed.complete()) {
            services.forEach(watcher::stageSnapshot);
            return;
        }
        // What came after is about to be dispatched, to this watcher too.
        long upTo = dispatched.position().index();
        List<Change> known = missed.changes().stream()
                .filter(change -> change.index() <= upTo)
                .toList();
        byService(known).forEach((service, changes) -> {
            if (services.contains(service)) {
                watcher.stageChange(
                        service,
                        ChangeFrames.encode(service, changes, missed.upTo().epoch()));
            }
        });
    }

    /** The first change after a pause is sent at once; those that follow wait for the end of the window. */
    private void changed() {
        if (dispatchPending.compareAndSet(false, true)) {
            thread.execute(() -> {
                long sinceLast = nanoClock.getAsLong() - lastDispatchNanos;
                long wait = gatherNanos - sinceLast;
                if (wait <= 0) {
                    dispatch();
                } else {
                    Future<?> unused = thread.after(wait, this::dispatch);
                }
            });
        }
    }

    private void dispatch() {
        dispatchPending.set(false);
        lastDispatchNanos = nanoClock.getAsLong();
        Changes changes = engine.changes(dispatched.position());
        Set<Watcher> concerned = new HashSet<>();
        if (changes.complete()) {
            byService(changes.changes()).forEach((service, list) -> {
                concerned.addAll(stage(service, list, changes.upTo().epoch()));
                encoder.forgetIfEmpty(service);
                queries.changed(service);
            });
        } else {
            log.warn("Changes since {} are no longer remembered; every watcher gets snapshots", dispatched.position());
            topics.forEach((service, members) -> {
                members.forEach(watcher -> watcher.stageSnapshot(service));
                concerned.addAll(members);
            });
            queries.close();
        }
        dispatched = new Dispatched(changes.upTo());
        concerned.forEach(Watcher::release);
    }

    private Collection<Watcher> stage(ServiceKey service, List<Change> changes, long epoch) {
        Collection<Watcher> members = topics.of(service);
        if (!members.isEmpty()) {
            Frame frame = ChangeFrames.encode(service, changes, epoch);
            for (Watcher watcher : members) {
                if (watcher.stageChange(service, frame)) {
                    collapses.increment();
                }
            }
            events.add(members.size());
        }
        return members;
    }

    private static Map<ServiceKey, List<Change>> byService(List<Change> changes) {
        Map<ServiceKey, List<Change>> grouped = new LinkedHashMap<>();
        for (Change change : changes) {
            grouped.computeIfAbsent(change.key().service(), key -> new ArrayList<>())
                    .add(change);
        }
        return grouped;
    }

    private record Dispatched(Position position, List<byte[]> line) {
        Dispatched(Position position) {
            this(position, List.of(Frame.id(position)));
        }

        byte[] idLine() {
            return line.get(0);
        }
    }
}
