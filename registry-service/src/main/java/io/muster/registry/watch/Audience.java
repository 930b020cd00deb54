package io.muster.registry.watch;

import io.muster.api.DrainResult;
import io.muster.api.InstanceReference;
import io.muster.api.Position;
import io.muster.api.Problem;
import io.muster.registry.catalogue.ServiceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who may still act on an older state of a service, and who waits until nobody does. Belongs to the hub's thread; time is an
 * argument.
 *
 * <p>Beside the open streams these are the <em>absent</em>: streams that broke without a farewell, whose clients go on with
 * what they last knew, and clients that ask again and again instead of keeping a stream. Each counts for one TTL.
 */
final class Audience {
    private static final int SHOWN_CHARACTERS = 8;
    /** Of all drains together: what they hold is bounded, whoever asks for them. */
    private static final int MAX_AWAITED = 500_000;

    private final long absenceNanos;
    private final int maxAbsent;
    private final BooleanSupplier warming;
    private final Predicate<InstanceReference> ended;
    private final Map<String, Absent> absent = new LinkedHashMap<>();
    /** Which of the absent ask on whose behalf. */
    private final Map<Object, Set<String>> asking = new HashMap<>();

    private final Map<Target, Drain> drains = new LinkedHashMap<>();
    private volatile boolean awaited;

    /**
     * @param absenceNanos for how long the absent count
     * @param maxAbsent how many of them are remembered, half of them at most of one who asks for many clients; beyond that the
     *     oldest is forgotten. Also how many may wait for drains
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
     * Begins to wait until everybody has applied a position. Who waits for the same waits together, for those who were there when
     * the first of them began.
     *
     * @param watchers of the service
     * @param result receives the answer, which is a problem of status 503 when too many wait, or for too many
     */
    void begin(
            ServiceKey service,
            Position position,
            Collection<Watcher> watchers,
            CompletableFuture<DrainResult> result,
            long nowNanos) {
        expire(nowNanos);
        Target target = new Target(service, position);
        Drain drain = drains.get(target);
        int more = drain == null ? watchers.size() + absent.size() : 0;
        if (isTooMuch(more)) {
            result.completeExceptionally(Problem.of(503, "Too many drains", "too many drains wait for their watchers")
                    .asException());
            return;
        }
        // Before anything is read: an acknowledgement that comes in between must not go by unseen.
        awaited = true;
        if (drain == null) {
            drain = new Drain(position);
            drains.put(target, drain);
            await(drain, service, watchers);
        }
        drain.results.add(result);
        settle();
    }

    private boolean isTooMuch(int more) {
        long asked = 1;
        long awaitedFor = more;
        for (Drain drain : drains.values()) {
            asked += drain.results.size();
            awaitedFor += drain.waiting.size();
        }
        return asked > maxAbsent || (!drains.isEmpty() && awaitedFor > MAX_AWAITED);
    }

    private void await(Drain drain, ServiceKey service, Collection<Watcher> watchers) {
        for (Watcher watcher : watchers) {
            if (watcher.request().acknowledges() && !watcher.acknowledged().covers(drain.position)) {
                drain.waiting.put(watcher.id(), waiting(watcher, true));
            }
        }
        for (Absent one : absent.values()) {
            if (one.services().contains(service)
                    && !one.waiting().acknowledged().covers(drain.position)) {
                drain.waiting.put(one.id(), one.waiting());
            }
        }
    }

    /** One who waits waits no more: what is known now is the answer. */
    // A future equals itself alone, and that is what is meant.
    @SuppressWarnings("CollectionUndefinedEquality")
    void giveUp(ServiceKey service, Position position, CompletableFuture<DrainResult> result) {
        Target target = new Target(service, position);
        Drain drain = drains.get(target);
        if (drain != null && drain.results.remove(result)) {
            if (drain.results.isEmpty()) {
                drains.remove(target);
                awaited = !drains.isEmpty();
            }
            result.complete(drain.answer(warming.getAsBoolean()));
        }
    }

    /** How many wait. */
    int waiting() {
        return drains.values().stream().mapToInt(drain -> drain.results.size()).sum();
    }

    /** A watcher has applied more. */
    void acknowledged(Watcher watcher) {
        settle(watcher.id(), watcher.acknowledged());
    }

    /** A watcher has ended in good order: it acts on nothing any more. Answers whether its stream had broken before. */
    boolean left(String watcherId) {
        boolean broken = forget(watcherId);
        drains.values().forEach(drain -> drain.waiting.remove(watcherId));
        settle();
        return broken;
    }

    /** A watcher's stream broke; its client may come back, and acts on what it knew until then. */
    void vanished(Watcher watcher, long nowNanos) {
        DrainResult.Waiting waiting = waiting(watcher, false);
        remember(new Absent(watcher.id(), null, waiting, Set.copyOf(watcher.services()), nowNanos + absenceNanos));
        drains.values().forEach(drain -> drain.waiting.computeIfPresent(watcher.id(), (id, before) -> waiting));
    }

    /** The client of a stream that broke has opened another one, and acknowledges there. */
    void returned(String formerId, Watcher watcher) {
        forget(formerId);
        for (Drain drain : drains.values()) {
            boolean waited = drain.waiting.remove(formerId) != null;
            if (waited && !watcher.acknowledged().covers(drain.position)) {
                drain.waiting.put(watcher.id(), waiting(watcher, true));
            }
        }
        settle();
    }

    /** A client without a stream, of one who asks for it, has applied a position of a service, and will ask again. */
    void asked(Object owner, String client, ServiceKey service, Position applied, long nowNanos) {
        String shown = client + " " + service;
        String id = owner + " " + shown;
        DrainResult.Waiting waiting = new DrainResult.Waiting(shown, null, applied, false);
        remember(new Absent(id, owner, waiting, Set.of(service), nowNanos + absenceNanos));
        settle(id, applied);
    }

    /** Time has passed. */
    void tick(long nowNanos) {
        expire(nowNanos);
        settle();
    }

    private void expire(long nowNanos) {
        List<String> over = new ArrayList<>();
        for (Absent one : absent.values()) {
            InstanceReference instance = one.waiting().instance();
            if (nowNanos - one.untilNanos() >= 0 || (instance != null && ended.test(instance))) {
                over.add(one.id());
            }
        }
        for (String id : over) {
            forget(id);
            drains.values().forEach(drain -> drain.waiting.remove(id));
        }
    }

    private void remember(Absent one) {
        forget(one.id());
        Object owner = one.owner();
        Set<String> own = owner == null ? Set.of() : asking.getOrDefault(owner, Set.of());
        if (own.size() >= Math.max(1, maxAbsent / 2)) {
            forget(own.iterator().next());
        } else if (absent.size() >= maxAbsent) {
            forget(absent.keySet().iterator().next());
        }
        absent.put(one.id(), one);
        if (owner != null) {
            asking.computeIfAbsent(owner, key -> new LinkedHashSet<>()).add(one.id());
        }
    }

    private boolean forget(String id) {
        Absent one = absent.remove(id);
        Object owner = one == null ? null : one.owner();
        if (owner != null) {
            asking.computeIfPresent(owner, (key, ids) -> {
                ids.remove(id);
                return ids.isEmpty() ? null : ids;
            });
        }
        return one != null;
    }

    private void settle(String id, Position acknowledged) {
        for (Drain drain : drains.values()) {
            if (acknowledged.covers(drain.position)) {
                drain.waiting.remove(id);
            }
        }
        settle();
    }

    private void settle() {
        if (!drains.isEmpty() && !warming.getAsBoolean()) {
            drains.values().removeIf(drain -> {
                boolean done = drain.waiting.isEmpty();
                if (done) {
                    DrainResult answer = drain.answer(false);
                    drain.results.forEach(result -> result.complete(answer));
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

    /** For whom is waited, and who waits. */
    private static final class Drain {
        private final Position position;
        private final Map<String, DrainResult.Waiting> waiting = new LinkedHashMap<>();
        private final Set<CompletableFuture<DrainResult>> results = new LinkedHashSet<>();

        private Drain(Position position) {
            this.position = position;
        }

        private DrainResult answer(boolean warming) {
            List<DrainResult.Waiting> named =
                    waiting.values().stream().limit(DrainResult.MAX_WAITING).toList();
            return new DrainResult(position, waiting.isEmpty() && !warming, warming, named);
        }
    }

    private record Target(ServiceKey service, Position position) {}

    /** @param owner who asks for it; null of one who had a stream */
    private record Absent(
            String id,
            @Nullable Object owner,
            DrainResult.Waiting waiting,
            Set<ServiceKey> services,
            long untilNanos) {}
}
