package io.muster.lb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Balances the requests of one caller over the endpoints of one service. Thread-safe: picks wait for no lock and allocate
 * nothing. A call is {@link #pick}, then {@link #start} when the request really starts, then {@link Ticket#finish}.
 *
 * <p>An endpoint that refuses a connection leaves the rotation at once and comes back after a short time that doubles
 * with every further refusal (about 1 s to 30 s, jittered), or as soon as an {@link #update} without it is followed by one
 * with it, or with a new generation of it. When all are out, all are used. What else decides who takes requests is in its {@link Options}.
 */
public final class LoadBalancer {
    /** The most targets. */
    public static final int MAX_TARGETS = 100_000;

    /** How many endpoints that are out a pick passes by before it takes one. */
    private static final int MAX_PASSED_BY = 8;

    private final ReentrantLock changing = new ReentrantLock();
    private final AtomicBoolean reviewing = new AtomicBoolean();
    private final RandomGenerator random;
    private final Executor executor;
    private final Group group;
    private final Outliers outliers;

    /** Endpoints that are no targets now and still have requests in flight, by id. */
    private final Map<String, Endpoint> leaving = new HashMap<>();

    private Strategy strategy;
    private boolean updated;
    private Options options = Options.NONE;
    private volatile Snapshot snapshot = Snapshot.empty();

    LoadBalancer(Strategy strategy, LongSupplier nanoClock, RandomGenerator random, Executor executor) {
        this.strategy = strategy;
        this.random = random;
        this.executor = executor;
        this.group = new Group(nanoClock);
        this.outliers = new Outliers(random);
        group.counts(strategy instanceof BoundedHashRing);
    }

    /**
     * Replaces the targets. Endpoints whose id and generation stay keep their statistics; all others start fresh.
     * Nothing happens when nothing changed. Updates exclude each other; picks go on meanwhile with what was before.
     *
     * @throws IllegalArgumentException when two targets share an id, a weight is out of range, or there are more than {@value
     *     #MAX_TARGETS}; nothing changes then
     */
    public void update(Collection<? extends Target> targets) {
        List<Target> sorted = validated(targets);
        changing.lock();
        try {
            List<Endpoint> before = snapshot.endpoints();
            if (!updated || !isSame(before, sorted)) {
                replace(before, sorted);
            }
        } finally {
            changing.unlock();
        }
    }

    /** Changes how it chooses, at once; the endpoints keep their statistics. */
    public void configure(Strategy newStrategy, Options newOptions) {
        changing.lock();
        try {
            Strategy strategyBefore = strategy;
            Options optionsBefore = options;
            strategy = newStrategy;
            options = newOptions;
            try {
                publish(snapshot.endpoints());
            } catch (RuntimeException e) {
                strategy = strategyBefore;
                options = optionsBefore;
                throw e;
            }
            outliers.settings(newOptions.outliers(), group.now());
            group.counts(newStrategy instanceof BoundedHashRing);
        } finally {
            changing.unlock();
        }
    }

    /** The endpoints as they are now. Its picker alone does not bring back endpoints that are out: {@link #pick} does. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /**
     * Chooses an endpoint without starting a request on it.
     *
     * @param key the request's hash, for strategies that keep equal keys together; ignored by all others
     * @param tried endpoints that this call has tried already and that will not be chosen
     * @return the endpoint, or null when nobody is left
     */
    public @Nullable Endpoint pick(long key, Exclusions tried) {
        Snapshot now = current();
        return checked(now, now.picker(), key, tried);
    }

    /** The same among the endpoints of a route; where it has none, among those of no route. */
    public @Nullable Endpoint pick(Route route, long key, Exclusions tried) {
        Snapshot now = current();
        return checked(now, now.picker(route), key, tried);
    }

    /** Counts a request as in flight on {@code endpoint} from now on. Call it when the request starts, not when it is planned. */
    public Ticket start(Endpoint endpoint) {
        long now = group.now();
        boolean counted = group.counts();
        if (counted) {
            group.addInFlight(1);
        }
        endpoint.started(now);
        return new Ticket(this, endpoint, now, counted);
    }

    long now() {
        return group.now();
    }

    void ended(Endpoint endpoint, Outcome outcome, long latencyNanos, long now) {
        endpoint.ended(outcome, latencyNanos, now);
        boolean out = outcome == Outcome.REFUSED
                ? isMember(endpoint) && outliers.refused(endpoint, now)
                : outcome.isFailure() && outliers.failed(endpoint, snapshot.endpoints(), now);
        if (out || outliers.isReviewDue(now)) {
            requestReview();
        }
    }

    private boolean isMember(Endpoint endpoint) {
        return snapshot.endpoints().contains(endpoint);
    }

    private Snapshot current() {
        Snapshot now = snapshot;
        if (now.changesWithTime() && now.isDue(group.now())) {
            requestReview();
            return snapshot;
        }
        return now;
    }

    /** Picks; passes by an endpoint that went out a moment ago and is still in the snapshot. */
    private static @Nullable Endpoint checked(Snapshot now, Picker picker, long key, Exclusions tried) {
        Endpoint endpoint = picker.pick(key, tried);
        return endpoint == null || !endpoint.ejection().isOut() || now.usesOut()
                ? endpoint
                : another(picker, key, tried, endpoint);
    }

    private static Endpoint another(Picker picker, long key, Exclusions tried, Endpoint first) {
        Exclusions without = tried;
        Endpoint out = first;
        for (int i = 0; i < MAX_PASSED_BY; i++) {
            without = without.with(out);
            Endpoint next = picker.pick(key, without);
            if (next == null) {
                return first;
            }
            if (!next.ejection().isOut()) {
                return next;
            }
            out = next;
        }
        return out;
    }

    /** Has the endpoints looked at and the snapshot built anew, soon and once for all that ask meanwhile. */
    private void requestReview() {
        if (reviewing.compareAndSet(false, true)) {
            try {
                executor.execute(this::review);
            } catch (RejectedExecutionException e) {
                // Its owner has ended; picks still pass by what is out.
                reviewing.set(false);
            }
        }
    }

    private void review() {
        changing.lock();
        try {
            reviewing.set(false);
            long now = group.now();
            List<Endpoint> endpoints = snapshot.endpoints();
            endpoints.forEach(endpoint -> endpoint.ejection().readmitIfDue(now));
            outliers.review(endpoints, now);
            publish(endpoints);
        } finally {
            changing.unlock();
        }
    }

    private void replace(List<Endpoint> before, Collection<Target> targets) {
        Map<String, Endpoint> known = new HashMap<>(leaving);
        before.forEach(endpoint -> known.put(endpoint.target().id(), endpoint));
        // That the caller has just begun says nothing of the age of whom it finds.
        boolean first = !updated;
        updated = true;
        List<Endpoint> after = new ArrayList<>(targets.size());
        for (Target target : targets) {
            Endpoint endpoint = known.get(target.id());
            if (endpoint != null && endpoint.isProcess(target)) {
                known.remove(target.id());
                endpoint.target(target);
            } else {
                endpoint = new Endpoint(target, group, !first);
            }
            endpoint.load().place(after.size());
            after.add(endpoint);
        }
        leaving.clear();
        known.values().forEach(this::leave);
        group.members(List.copyOf(after));
        publish(after);
    }

    private void leave(Endpoint endpoint) {
        endpoint.ejection().clear();
        if (endpoint.inFlight() > 0) {
            leaving.put(endpoint.target().id(), endpoint);
        }
    }

    private void publish(List<Endpoint> endpoints) {
        snapshot = new Rotation(strategy, options, random, group.now()).of(snapshot.version() + 1, endpoints);
    }

    private static boolean isSame(List<Endpoint> endpoints, Collection<Target> targets) {
        if (endpoints.size() != targets.size()) {
            return false;
        }
        int i = 0;
        for (Target target : targets) {
            Endpoint endpoint = endpoints.get(i++);
            if (!endpoint.isProcess(target) || !endpoint.target().equals(target)) {
                return false;
            }
        }
        return true;
    }

    /** Sorted by id, which costs little where they come sorted already. */
    private static List<Target> validated(Collection<? extends Target> targets) {
        Require.between("number of targets", targets.size(), 0, MAX_TARGETS);
        List<Target> sorted = new ArrayList<>(targets);
        sorted.sort(Comparator.comparing(Target::id));
        for (int i = 0; i < sorted.size(); i++) {
            Target target = sorted.get(i);
            if (target.weight() < 0 || target.weight() > Target.MAX_WEIGHT) {
                Require.between("weight of " + target.id(), target.weight(), 0, Target.MAX_WEIGHT);
            }
            if (i > 0 && target.id().equals(sorted.get(i - 1).id())) {
                throw new IllegalArgumentException(
                        "id must be unique among the targets but was " + target.id() + " twice");
            }
        }
        return sorted;
    }
}
