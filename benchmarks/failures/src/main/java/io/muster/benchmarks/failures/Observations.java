package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Trace.Entry;
import io.muster.benchmarks.calls.Trace.Kind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Questions about what clients did; times are nanoseconds of the machine's monotonic clock.
 *
 * @param entries in no order
 */
record Observations(List<Entry> entries) {
    private static final long SECOND = 1_000_000_000L;

    /** Copies the list. */
    Observations {
        entries = List.copyOf(entries);
    }

    private long count(long from, long to, Predicate<Entry> which) {
        return entries.stream()
                .filter(entry -> entry.end() >= from && entry.start() <= to)
                .filter(which)
                .count();
    }

    /** How many GETs under way in a time failed. */
    long failedReads(long from, long to) {
        return count(from, to, entry -> entry.kind() == Kind.GET_FAILED);
    }

    /** How many requests under way in a time failed. */
    long failed(long from, long to) {
        return count(from, to, entry -> entry.kind() == Kind.GET_FAILED || entry.kind() == Kind.POST_FAILED);
    }

    /**
     * How many POSTs to a port failed whose process was killed then and which nobody could spare: they began before any caller
     * heard of the death, by a failure there, and at most a second after it. A POST that may have arrived is not sent again.
     */
    long unsparedWrites(int port, long killed) {
        Predicate<Entry> failedThere = entry -> entry.value() == port
                && entry.end() >= killed
                && (entry.kind() == Kind.GET_FAILED || entry.kind() == Kind.POST_FAILED);
        long heard =
                entries.stream().filter(failedThere).mapToLong(Entry::end).min().orElse(killed);
        long until = Math.min(heard, killed + SECOND);
        return entries.stream()
                .filter(failedThere)
                .filter(entry -> entry.kind() == Kind.POST_FAILED && entry.start() <= until)
                .count();
    }

    /** How many requests under way in a time there were. */
    long requests(long from, long to) {
        return count(from, to, entry -> entry.kind() != Kind.PICK && entry.kind() != Kind.VIEW);
    }

    /** The share of the requests begun in a time that went to a port, 0 to 1; picks of silent clients do not count. */
    double share(int port, int active, long from, long to) {
        Predicate<Entry> sent = entry ->
                entry.kind() == Kind.PICK && entry.client() < active && entry.start() >= from && entry.start() <= to;
        long all = entries.stream().filter(sent).count();
        long there = entries.stream()
                .filter(sent)
                .filter(entry -> entry.value() == port)
                .count();
        return all == 0 ? Double.NaN : (double) there / all;
    }

    /**
     * By client, how long after {@code from} its picker last chose a port before {@code to}, in nanoseconds; 0 for never.
     *
     * @param clients how many clients there are
     * @throws IllegalStateException when of one of them no pick is known in that time
     */
    Map<Integer, Long> lastPicks(int port, int clients, long from, long to) {
        Map<Integer, Long> last = new TreeMap<>();
        for (Entry entry : entries) {
            if (entry.kind() == Kind.PICK && entry.start() >= from && entry.start() <= to) {
                last.merge(entry.client(), entry.value() == port ? entry.start() - from : 0L, Math::max);
            }
        }
        if (last.size() != clients) {
            throw new IllegalStateException("picks are known of " + last.size() + " clients, not of " + clients);
        }
        return last;
    }

    /** By client, how long after {@code from} its picker first chose a port; {@link Long#MAX_VALUE} for not before {@code to}. */
    Map<Integer, Long> firstPicks(int port, long from, long to) {
        Map<Integer, Long> first = new TreeMap<>();
        for (Entry entry : entries) {
            if (entry.kind() == Kind.PICK && entry.start() >= from && entry.start() <= to) {
                first.merge(entry.client(), entry.value() == port ? entry.start() - from : Long.MAX_VALUE, Math::min);
            }
        }
        return first;
    }

    /** How many looks at a view in a time did not hold all of some ports, given as bits. */
    long viewsWithout(int bits, long from, long to) {
        return count(from, to, entry -> entry.kind() == Kind.VIEW && (entry.value() & bits) != bits);
    }

    /** How many looks at a view in a time there were. */
    long views(long from, long to) {
        return count(from, to, entry -> entry.kind() == Kind.VIEW);
    }
}
