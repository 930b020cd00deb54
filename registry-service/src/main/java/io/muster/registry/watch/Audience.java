package io.muster.registry.watch;

import io.muster.api.DrainResult;
import io.muster.api.InstanceReference;
import io.muster.api.Position;
import io.muster.registry.catalogue.ServiceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Who may still act on an older state of a service, and who waits until nobody does. Belongs to the hub's thread; time is an
 * argument.
 *
 * <p>Beside the open streams these are the <em>absent</em>: streams that broke without a farewell, whose clients go on with
 * what they last knew, and clients that ask again and again instead of keeping a stream. Each counts for one TTL.
 */
final class Audience {
    private static final int SHOWN_CHARACTERS = 8;

    private final long absenceNanos;
    private final int maxAbsent;
    private final BooleanSupplier warming;
    private final Predicate<InstanceReference> ended;
    private final Map<String, Absent> absent = new LinkedHashMap<>();
    private final List<Drain> drains = new ArrayList<>();
    private volatile boolean awaited;

    /**
     * @param absenceNanos for how long the absent count
     * @param maxAbsent how many of them are remembered; beyond that the oldest is forgotten
     * @param warming whether there may be watchers that this registry does not know
     * @param ended whether the process of a registration is known to be gone, and with it what it knew
     */
    Audience(long absenceNanos, int maxAbsent, BooleanSupplier warming, Predicate<InstanceReference> ended) {
        this.absenceNanos = absenceNanos;
        this.maxAbsent = maxAbsent;
        this.warming = warming;
        this.ended = ended;
    }

    /** Whether anybody waits; any thread may ask. */
    boolean isAwaited() {
        return awaited;
    }

    /**
     * Begins to wait until everybody has applied a position.
     *
     * @param watchers of the service
     * @param result receives the answer
     */
    Drain begin(
            ServiceKey service,
            Position position,
            Collection<Watcher> watchers,
            CompletableFuture<DrainResult> result,
            long nowNanos) {
        Drain drain = new Drain(position, result);
        // Before anything is read: an acknowledgement that comes in between must not go by unseen.
        awaited = true;
        for (Watcher watcher : watchers) {
            if (watcher.request().acknowledges() && !watcher.acknowledged().covers(position)) {
                drain.waiting.put(watcher.id(), waiting(watcher, true));
            }
        }
        expire(nowNanos);
        for (Absent one : absent.values()) {
            if (one.services().contains(service)
                    && !one.waiting().acknowledged().covers(position)) {
                drain.waiting.put(one.id(), one.waiting());
            }
        }
        drains.add(drain);
        settle();
        return drain;
    }

    /** Answers a drain as it is now. */
    void giveUp(Drain drain) {
        drains.remove(drain);
        awaited = !drains.isEmpty();
        drain.answer(warming.getAsBoolean());
    }

    /** A watcher has applied more. */
    void acknowledged(Watcher watcher) {
        settle(watcher.id(), watcher.acknowledged());
    }

    /** A watcher has ended in good order: it acts on nothing any more. Answers whether its stream had broken before. */
    boolean left(String watcherId) {
        boolean broken = absent.remove(watcherId) != null;
        drains.forEach(drain -> drain.waiting.remove(watcherId));
        settle();
        return broken;
    }

    /** A watcher's stream broke; its client may come back, and acts on what it knew until then. */
    void vanished(Watcher watcher, long nowNanos) {
        DrainResult.Waiting waiting = waiting(watcher, false);
        remember(new Absent(watcher.id(), waiting, Set.copyOf(watcher.services()), nowNanos + absenceNanos));
        drains.forEach(drain -> drain.waiting.computeIfPresent(watcher.id(), (id, before) -> waiting));
    }

    /** The client of a stream that broke has opened another one, and acknowledges there. */
    void returned(String formerId, Watcher watcher) {
        absent.remove(formerId);
        for (Drain drain : drains) {
            boolean waited = drain.waiting.remove(formerId) != null;
            if (waited && !watcher.acknowledged().covers(drain.position)) {
                drain.waiting.put(watcher.id(), waiting(watcher, true));
            }
        }
        settle();
    }

    /** A client without a stream has applied a position of a service, and will ask again. */
    void asked(String client, ServiceKey service, Position applied, long nowNanos) {
        String id = client + " " + service;
        remember(new Absent(
                id, new DrainResult.Waiting(id, null, applied, false), Set.of(service), nowNanos + absenceNanos));
        settle(id, applied);
    }

    /** Time has passed. */
    void tick(long nowNanos) {
        expire(nowNanos);
        settle();
    }

    private void expire(long nowNanos) {
        absent.values().removeIf(one -> {
            InstanceReference instance = one.waiting().instance();
            boolean over = nowNanos - one.untilNanos() >= 0 || (instance != null && ended.test(instance));
            if (over) {
                drains.forEach(drain -> drain.waiting.remove(one.id()));
            }
            return over;
        });
    }

    private void remember(Absent one) {
        absent.remove(one.id());
        if (absent.size() >= maxAbsent) {
            absent.remove(absent.keySet().iterator().next());
        }
        absent.put(one.id(), one);
    }

    private void settle(String id, Position acknowledged) {
        for (Drain drain : drains) {
            if (acknowledged.covers(drain.position)) {
                drain.waiting.remove(id);
            }
        }
        settle();
    }

    private void settle() {
        if (!drains.isEmpty() && !warming.getAsBoolean()) {
            drains.removeIf(drain -> {
                boolean done = drain.waiting.isEmpty();
                if (done) {
                    drain.answer(false);
                }
                return done;
            });
            awaited = !drains.isEmpty();
        }
    }

    private static DrainResult.Waiting waiting(Watcher watcher, boolean connected) {
        // The whole id would let its reader speak for the watcher.
        String shown = watcher.id().substring(0, SHOWN_CHARACTERS);
        return new DrainResult.Waiting(shown, watcher.request().instance(), watcher.acknowledged(), connected);
    }

    /** One who waits. */
    static final class Drain {
        private final Position position;
        private final Map<String, DrainResult.Waiting> waiting = new LinkedHashMap<>();
        private final CompletableFuture<DrainResult> result;

        private Drain(Position position, CompletableFuture<DrainResult> result) {
            this.position = position;
            this.result = result;
        }

        private void answer(boolean warming) {
            List<DrainResult.Waiting> named =
                    waiting.values().stream().limit(DrainResult.MAX_WAITING).toList();
            result.complete(new DrainResult(position, waiting.isEmpty() && !warming, warming, named));
        }
    }

    private record Absent(String id, DrainResult.Waiting waiting, Set<ServiceKey> services, long untilNanos) {}
}
