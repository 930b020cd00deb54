package io.muster.gossip.transport;

import io.muster.gossip.wire.Frames;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has passed a transport. Counted by one thread, read by any: a count that is read may lag by what is being counted.
 */
public final class TrafficCounts {
    /** What is counted. */
    public enum Count {
        DATAGRAMS_SENT,
        DATAGRAMS_HEARD,
        STREAMS_SENT,
        STREAMS_HEARD,
        BYTES_SENT,
        BYTES_HEARD,
        FAILED,
        DROPPED
    }

    private final Map<Count, AtomicLong> counts = zeros(Count.class);
    private final Map<Frames.Verdict, AtomicLong> refused = zeros(Frames.Verdict.class);

    TrafficCounts() {}

    /** How many there were. */
    public long get(Count count) {
        return of(counts, count).get();
    }

    /** Frames that were not taken, by reason; reasons that never occurred are not in it. */
    public Map<Frames.Verdict, Long> refused() {
        Map<Frames.Verdict, Long> occurred = new EnumMap<>(Frames.Verdict.class);
        refused.forEach((verdict, times) -> {
            if (times.get() > 0) {
                occurred.put(verdict, times.get());
            }
        });
        return occurred;
    }

    void add(Count count, long more) {
        add(of(counts, count), more);
    }

    void refuse(Frames.Verdict verdict) {
        add(of(refused, verdict), 1);
    }

    /** One thread writes, so that no atomic addition is needed. */
    private static void add(AtomicLong count, long more) {
        count.lazySet(count.getPlain() + more);
    }

    private static <K extends Enum<K>> AtomicLong of(Map<K, AtomicLong> counts, K key) {
        return Objects.requireNonNull(counts.get(key));
    }

    /** All keys at once: the map itself never changes, so that any thread may read it. */
    private static <K extends Enum<K>> Map<K, AtomicLong> zeros(Class<K> keys) {
        Map<K, AtomicLong> zeros = new EnumMap<>(keys);
        for (K key : keys.getEnumConstants()) {
            zeros.put(key, new AtomicLong());
        }
        return zeros;
    }
}
