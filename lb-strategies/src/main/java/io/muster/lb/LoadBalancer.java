package io.muster.lb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
 * with it, or with a new generation of it. When all are out, all are used.
 */
public final class LoadBalancer {
    private final ReentrantLock changing = new ReentrantLock();
    private final Strategy strategy;
    private final RandomGenerator random;
    private final Group group;

    /** Endpoints that are no targets now and still have requests in flight, by id. */
    private final Map<String, Endpoint> leaving = new HashMap<>();

    private volatile Snapshot snapshot = Snapshot.empty();

    LoadBalancer(Strategy strategy, LongSupplier nanoClock, RandomGenerator random) {
        this.strategy = strategy;
        this.random = random;
        this.group = new Group(nanoClock);
    }

    /**
     * Replaces the targets. Endpoints whose id and generation stay keep their statistics; all others start fresh.
     * Nothing happens when nothing changed. Updates exclude each other; picks go on meanwhile with what was before.
     *
     * @throws IllegalArgumentException when two targets share an id or a weight is out of range; nothing changes then
     */
    public void update(Collection<? extends Target> targets) {
        NavigableMap<String, Target> sorted = validated(targets);
        changing.lock();
        try {
            List<Endpoint> before = snapshot.endpoints();
            if (!isSame(before, sorted.values())) {
                replace(before, sorted.values());
            }
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
        Snapshot now = snapshot;
        if (now.anyOut() && group.now() - now.readmissionAt() >= 0) {
            now = readmitted(now);
        }
        return now.picker().pick(key, tried);
    }

    /** Counts a request as in flight on {@code endpoint} from now on. Call it when the request starts, not when it is planned. */
    public Ticket start(Endpoint endpoint) {
        long now = group.now();
        endpoint.started(now);
        return new Ticket(this, endpoint, now);
    }

    long now() {
        return group.now();
    }

    void ended(Endpoint endpoint, Outcome outcome, long latencyNanos, long now) {
        endpoint.ended(outcome, latencyNanos, now);
        if (outcome == Outcome.REFUSED) {
            eject(endpoint, now);
        }
    }

    private void eject(Endpoint endpoint, long now) {
        changing.lock();
        try {
            List<Endpoint> endpoints = snapshot.endpoints();
            if (endpoints.contains(endpoint) && endpoint.ejection().eject(now, random)) {
                publish(endpoints);
            }
        } finally {
            changing.unlock();
        }
    }

    /** Lets in those whose time has passed; when another thread is at it, {@code now} serves a moment longer. */
    private Snapshot readmitted(Snapshot now) {
        if (!changing.tryLock()) {
            return now;
        }
        try {
            long time = group.now();
            Snapshot latest = snapshot;
            if (latest.anyOut() && time - latest.readmissionAt() >= 0) {
                latest.endpoints().forEach(endpoint -> endpoint.ejection().readmitIfDue(time));
                publish(latest.endpoints());
            }
            return snapshot;
        } finally {
            changing.unlock();
        }
    }

    private void replace(List<Endpoint> before, Collection<Target> targets) {
        Map<String, Endpoint> known = new HashMap<>(leaving);
        before.forEach(endpoint -> known.put(endpoint.target().id(), endpoint));
        List<Endpoint> after = new ArrayList<>(targets.size());
        for (Target target : targets) {
            Endpoint endpoint = known.get(target.id());
            if (endpoint != null && endpoint.isProcess(target)) {
                known.remove(target.id());
                endpoint.target(target);
            } else {
                endpoint = new Endpoint(target, group);
            }
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
        snapshot = Snapshot.of(snapshot.version() + 1, endpoints, strategy);
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

    private static NavigableMap<String, Target> validated(Collection<? extends Target> targets) {
        NavigableMap<String, Target> sorted = new TreeMap<>();
        for (Target target : targets) {
            int weight = target.weight();
            if (weight < 0 || weight > Target.MAX_WEIGHT) {
                throw new IllegalArgumentException("weight of " + target.id() + " must be between 0 and "
                        + Target.MAX_WEIGHT + " but was " + weight);
            }
            if (sorted.put(target.id(), target) != null) {
                throw new IllegalArgumentException(
                        "id must be unique among the targets but was " + target.id() + " twice");
            }
        }
        return sorted;
    }
}
