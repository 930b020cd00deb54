package io.muster.client.spring.loadbalancer;

import io.muster.lb.Outcome;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.springframework.cloud.client.ServiceInstance;

/** What became of the calls to one service, counted since its first use. Thread-safe. */
final class Traffic {
    private final Map<Outcome, LongAdder> outcomes = adders();
    private final LongAdder started = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder retriesDenied = new LongAdder();
    private final LongAdder noInstance = new LongAdder();
    private final LongAdder leaked = new LongAdder();
    private final LongAdder missedKeys = new LongAdder();
    private final Consumer<MusterServiceInstance> refused;

    /** Of calls whose instances nobody but their caller is told of. */
    Traffic() {
        this(instance -> {});
    }

    /** @param refused told of each instance that refused a connection; must not block */
    Traffic(Consumer<MusterServiceInstance> refused) {
        this.refused = refused;
    }

    /** No connection to the instance came about. */
    void refused(ServiceInstance instance) {
        if (instance instanceof MusterServiceInstance ours) {
            refused.accept(ours);
        }
    }

    void started() {
        started.increment();
    }

    void finished(Outcome outcome) {
        adder(outcome).increment();
    }

    void retried() {
        retries.increment();
    }

    void retryDenied() {
        retriesDenied.increment();
    }

    void foundNoInstance() {
        noInstance.increment();
    }

    void missedKey() {
        missedKeys.increment();
    }

    void leaked() {
        leaked.increment();
    }

    /** Requests that ended like that, each attempt of a call counted. */
    long finishedWith(Outcome outcome) {
        return adder(outcome).sum();
    }

    /** The requests by how they ended. */
    Map<Outcome, Long> byOutcome() {
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, finishedWith(outcome));
        }
        return counts;
    }

    /** Requests that have started and not ended; those to instances that are gone are among them. */
    long inFlight() {
        long finished = 0;
        for (LongAdder outcome : outcomes.values()) {
            finished += outcome.sum();
        }
        return Math.max(0, started.sum() - finished);
    }

    long retries() {
        return retries.sum();
    }

    /** Retries that would have been allowed but for the budget. */
    long retriesDenied() {
        return retriesDenied.sum();
    }

    /** Calls that found no instance. */
    long noInstance() {
        return noInstance.sum();
    }

    /** Requests without the key that was to be hashed. */
    long missedKeys() {
        return missedKeys.sum();
    }

    /** Responses that were never read to their end nor closed, found by the garbage collector. */
    long leakedResponses() {
        return leaked.sum();
    }

    private LongAdder adder(Outcome outcome) {
        return Objects.requireNonNull(outcomes.get(outcome));
    }

    /** One for each outcome; the map itself never changes. */
    private static Map<Outcome, LongAdder> adders() {
        Map<Outcome, LongAdder> adders = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            adders.put(outcome, new LongAdder());
        }
        return adders;
    }
}
