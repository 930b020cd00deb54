package io.muster.lb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Balances the requests of one caller over the endpoints of one service. Thread-safe: picks wait for no lock and allocate
 * nothing, unless they pass by an endpoint that went out a moment ago, or build the rotation anew for want of an executor. A call is {@link #pick}, then {@link #start} when the request really starts, then {@link Ticket#finish}.
 *
 * <p>An endpoint that refuses a connection leaves the rotation at once and comes back after a short time that doubles
 * with every further refusal (about 1 s to 30 s, jittered), or as soon as an {@link #update} without it is followed by one
 * with it, or with a new generation of it. When all are out, all are used. What else decides who takes requests is in its {@link Options}.
 */
public final class LoadBalancer {
    /** The most targets. */
    public static final int MAX_TARGETS = 100_000;

    private static final System.Logger log = System.getLogger(LoadBalancer.class.getName());

    /** After how long a review is repeated in which the strategy failed. */
    private static final long FAILED_REVIEW_NANOS = TimeUnit.SECONDS.toNanos(1);

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
    /** Whether a change of the endpoints has not reached the snapshot, because the strategy failed. */
    private boolean unpublished;

    private Options options = Options.NONE;
    private volatile Snapshot snapshot = Snapshot.empty();
    /** The snapshot's; null while a pick must look twice, because time may have made a difference, or an endpoint has gone out. */
    private volatile @Nullable Picker picker = Snapshot.NOBODY;

    /** Whether any endpoint had reported its load when the snapshot was built. */
    private volatile boolean reported;

    /** What is done for a request beside counting it: {@link Ticket#TIMED}, {@link Ticket#COUNTED}. */
    private volatile int extras;

    LoadBalancer(Strategy strategy, LongSupplier nanoClock, RandomGenerator random, Executor executor) {
        this.strategy = strategy;
        this.random = random;
        this.executor = executor;
        this.group = new Group(nanoClock);
        this.outliers = new Outliers(random);
        settle();
    }

    /**
     * Replaces the targets. Endpoints whose id and generation stay keep their statistics; all others start fresh.
     * Nothing happens when nothing changed. Updates exclude each other; picks go on meanwhile with what was before.
     *
     * @throws IllegalArgumentException when two targets share an id, a weight is out of range, or there are more than {@value
     *     #MAX_TARGETS}; nothing changes then
     */
    public void update(Collection<? extends Target> targets) {
        List<Target> sorted = Targets.sorted(targets);
        changing.lock();
        try {
            List<Endpoint> before = snapshot.endpoints();
            if (!updated || unpublished || !Targets.areThose(sorted, before)) {
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
            if (!newOptions.outliers().enabled()) {
                snapshot.endpoints().forEach(endpoint -> endpoint.ejection().forgetOutlier());
            }
            try {
                publish(snapshot.endpoints());
            } catch (RuntimeException e) {
                strategy = strategyBefore;
                options = optionsBefore;
                throw e;
            }
            settle();
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
        Picker sure = picker;
        return sure == null ? pickUnsure(null, key, tried) : sure.pick(key, tried);
    }

    /** The same among the endpoints of a route; where it has none, or all have been tried, among those of no route. */
    public @Nullable Endpoint pick(Route route, long key, Exclusions tried) {
        Endpoint endpoint = pickUnsure(route, key, tried);
        return endpoint != null || tried.isEmpty() ? endpoint : pick(key, tried);
    }

    /** Counts a request as in flight on {@code endpoint} from now on. Call it when the request starts, not when it is planned. */
    public Ticket start(Endpoint endpoint) {
        int wanted = extras;
        if ((wanted & Ticket.COUNTED) != 0) {
            endpoint.addCounted(1);
        }
        long now = 0;
        if ((wanted & Ticket.TIMED) != 0) {
            now = group.now();
            endpoint.started(now);
        } else {
            endpoint.started();
        }
        return new Ticket(this, endpoint, now, wanted);
    }

    long now() {
        return group.now();
    }

    /** Pickers are built for endpoints that report their load, or for such as do not. */
    void reported() {
        if (!reported) {
            requestReview();
        }
    }

    /** Of a request that was not timed. */
    void ended(Endpoint endpoint, Outcome outcome) {
        if (outcome == Outcome.SUCCESS) {
            endpoint.succeeded();
        } else {
            endedOtherwise(endpoint, outcome, 0, group.now());
        }
    }

    void ended(Endpoint endpoint, Outcome outcome, long latencyNanos, long now) {
        if (outcome == Outcome.SUCCESS) {
            boolean changed = endpoint.succeeded(latencyNanos, now);
            if (changed || outliers.isReviewDue(now)) {
                attend(changed, now);
            }
        } else {
            endedOtherwise(endpoint, outcome, latencyNanos, now);
        }
    }

    private void endedOtherwise(Endpoint endpoint, Outcome outcome, long latencyNanos, long now) {
        boolean changed = endpoint.ended(outcome, latencyNanos, now);
        boolean out = outcome == Outcome.REFUSED
                ? isMember(endpoint) && outliers.refused(endpoint, now)
                : outcome.isFailure() && outliers.failed(endpoint, snapshot.used(), now);
        if (out) {
            // Once it is out: so whoever builds a snapshot meanwhile has seen that, or is told here.
            picker = null;
            requestReview();
        }
        attend(changed, now);
    }

    private void attend(boolean latencyChanged, long now) {
        if (latencyChanged) {
            group.review();
        }
        if (outliers.isReviewDue(now)) {
            requestReview();
        }
    }

    private boolean isMember(Endpoint endpoint) {
        return snapshot.endpoints().contains(endpoint);
    }

    /** Picks from a snapshot that may have to be built anew, and passes by an endpoint that went out a moment ago. */
    private @Nullable Endpoint pickUnsure(@Nullable Route route, long key, Exclusions tried) {
        Snapshot now = snapshot;
        if (now.changesWithTime() && now.isDue(group.now())) {
            requestReview();
            now = snapshot;
        }
        Picker picker = route == null ? now.picker() : now.picker(route);
        Endpoint endpoint = picker.pick(key, tried);
        return endpoint == null || now.usesOut() || !endpoint.ejection().isOut()
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
        if (!reviewing.compareAndSet(false, true)) {
            return;
        }
        boolean handedOver = false;
        try {
            executor.execute(this::review);
            handedOver = true;
        } catch (RejectedExecutionException e) {
            // Its owner has ended; picks still pass by what is out.
            log.log(System.Logger.Level.DEBUG, "No review, because its executor has ended", e);
        } finally {
            if (!handedOver) {
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
            outliers.review(snapshot.used(), now);
            publish(endpoints);
        } catch (RuntimeException e) {
            log.log(System.Logger.Level.WARNING, "Strategy failed; the rotation stays as it is for now", e);
            snapshot = snapshot.reviewedAt(group.now() + FAILED_REVIEW_NANOS);
        } finally {
            changing.unlock();
        }
    }

    /** Both are sorted by id, so that one walk along them tells who stays. */
    private void replace(List<Endpoint> before, List<Target> targets) {
        // That the caller has just begun says nothing of the age of whom it finds.
        boolean first = !updated;
        updated = true;
        List<Endpoint> after = new ArrayList<>(targets.size());
        List<Endpoint> gone = new ArrayList<>();
        int next = 0;
        for (Target target : targets) {
            Endpoint known = null;
            while (known == null && next < before.size()) {
                Endpoint candidate = before.get(next);
                int order = candidate.target().id().compareTo(target.id());
                if (order > 0) {
                    break;
                }
                next++;
                if (order == 0) {
                    known = candidate;
                } else {
                    gone.add(candidate);
                }
            }
            Endpoint staying = staying(target, known);
            if (known != null && staying != known) {
                gone.add(known);
            }
            Endpoint endpoint = staying == null ? new Endpoint(target, group, !first) : staying;
            endpoint.place(after.size());
            after.add(endpoint);
        }
        gone.addAll(before.subList(next, before.size()));
        leaving.values().removeIf(endpoint -> endpoint.inFlight() == 0);
        gone.forEach(this::leave);
        group.members(List.copyOf(after));
        publish(after);
    }

    /** The endpoint that is the target's process already: the one known by its id, or one that left with requests in flight. */
    private @Nullable Endpoint staying(Target target, @Nullable Endpoint known) {
        Endpoint left = leaving.isEmpty() ? null : leaving.remove(target.id());
        Endpoint staying = known != null && known.isProcess(target) ? known : left;
        if (staying == null || !staying.isProcess(target)) {
            return null;
        }
        if (staying.target() != target) {
            staying.target(target);
        }
        return staying;
    }

    /** What follows from the strategy and the options. */
    private void settle() {
        outliers.settings(options.outliers(), group.now());
        settleExtras();
    }

    private void settleExtras() {
        boolean timed = strategy.usesLatency()
                || options.measureLatency()
                || options.outliers().enabled();
        int wanted = (timed ? Ticket.TIMED : 0) | (group.counts() ? Ticket.COUNTED : 0);
        if (wanted != extras) {
            extras = wanted;
        }
    }

    private void leave(Endpoint endpoint) {
        endpoint.ejection().clear();
        if (endpoint.inFlight() > 0) {
            leaving.put(endpoint.target().id(), endpoint);
        }
    }

    private void publish(List<Endpoint> endpoints) {
        unpublished = true;
        int timesOut = outliers.timesOut();
        reported = group.reports().any();
        Snapshot built = new Rotation(strategy, options, random, group.now()).of(snapshot.version() + 1, endpoints);
        snapshot = built;
        picker = built.changesWithTime() ? null : built.picker();
        if (outliers.timesOut() != timesOut) {
            // Whoever took an endpoint out may have said so before.
            picker = null;
        }
        group.settleCounts();
        settleExtras();
        unpublished = false;
    }
}
