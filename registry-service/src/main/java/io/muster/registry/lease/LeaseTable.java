package io.muster.registry.lease;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rules of leases as a pure state machine: the same commands with the same stamps in the same order give the same answers
 * everywhere. No clock, no randomness, no threads; not thread-safe.
 *
 * <p>Time is data. Each command carries a stamp of its leader's clock, and the table's clock is the largest stamp so far: a leader
 * whose clock is behind never brings an expired lease back, and while nobody leads no lease expires. A grant is live until the
 * clock reaches its deadline, which every command looks at; ticks only make that be noticed where no command comes.
 *
 * <p>One counter gives the tokens of all names, so that a name can be forgotten without a token ever coming again. Each leader's
 * begin at the moment at which it takes over (see {@link TokenEpoch}), above tokens that a lost disk has forgotten.
 */
final class LeaseTable {
    static final long MAX_TOKEN = (1L << 53) - 1;
    static final int MAX_EVENTS = 1000;
    static final long KEEP_NANOS = TimeUnit.HOURS.toNanos(1);
    static final long KEEP_COMPLETED_NANOS = TimeUnit.DAYS.toNanos(31);

    private final int maxNames;
    /** Sorted, so that a page of a list costs what it shows. */
    private final Map<String, Row> rows = new TreeMap<>();

    private final TreeSet<Due> dues =
            new TreeSet<>(Comparator.comparingLong(Due::at).thenComparing(Due::name));
    private final Deque<LeaseEvent> events = new ArrayDeque<>();
    private long clock;
    private long lastToken;
    private long lastEvent;

    /** @param maxNames how many leases it remembers */
    LeaseTable(int maxNames) {
        this.maxNames = maxNames;
    }

    /** When a row is to be looked at next: its grant expires, or it is forgotten. */
    private record Due(long at, String name) {}

    /** A lease as it is kept. */
    static final class Row {
        final String name;
        String holder = "";
        UUID requestId = new UUID(0, 0);
        long token;
        long ttlNanos;
        /** When a live grant is over, or since when it has been. */
        long end;

        boolean ended = true;

        @Nullable
        Long completedMillis;

        private long dueAt;

        Row(String name) {
            this.name = name;
        }

        boolean live() {
            return !ended;
        }

        private long forgetAt() {
            return end + (completedMillis == null ? KEEP_NANOS : KEEP_COMPLETED_NANOS);
        }

        private void complete(@Nullable Long tick) {
            if (tick != null && (completedMillis == null || tick > completedMillis)) {
                completedMillis = tick;
            }
        }
    }

    /**
     * Carries out one command.
     *
     * @param stampNanos of the leader's clock
     * @param firstToken where the leader's tokens begin, unless larger ones were given
     * @param listener told what becomes of leases, in order
     */
    LeaseOutcome apply(LeaseCommand command, long stampNanos, long firstToken, Consumer<LeaseEvent> listener) {
        clock = Math.max(clock, stampNanos);
        raiseTokens(firstToken);
        sweep(listener);
        if (command instanceof LeaseCommand.Acquire acquire) {
            return acquire(acquire, listener);
        }
        if (command instanceof LeaseCommand.Renew renew) {
            return renew(renew);
        }
        if (command instanceof LeaseCommand.Release release) {
            return release(release, listener);
        }
        if (command instanceof LeaseCommand.ForceRelease force) {
            return forceRelease(force, listener);
        }
        if (command instanceof LeaseCommand.Inspect inspect) {
            Row row = rows.get(inspect.name());
            return new LeaseOutcome.Found(row == null ? null : stored(row));
        }
        return new LeaseOutcome.Done();
    }

    /** Later tokens are larger than this. */
    void raiseTokens(long above) {
        lastToken = Math.max(lastToken, above);
    }

    /** The largest stamp so far. */
    long clock() {
        return clock;
    }

    /** When something has to be noticed next, by the clock; {@code Long.MAX_VALUE} when nothing has. */
    long nextDue() {
        return dues.isEmpty() ? Long.MAX_VALUE : dues.first().at();
    }

    long lastToken() {
        return lastToken;
    }

    long lastEvent() {
        return lastEvent;
    }

    int size() {
        return rows.size();
    }

    /** What is stored under the names that fit, sorted by name; at most so many. */
    List<StoredLease> list(Predicate<String> names, int limit) {
        return rows.values().stream()
                .filter(row -> names.test(row.name))
                .limit(limit)
                .map(this::stored)
                .toList();
    }

    /** The last events of the names that fit, the oldest first. */
    List<LeaseEvent> events(Predicate<String> names) {
        return events.stream().filter(event -> names.test(event.name())).toList();
    }

    /** All rows, for a snapshot. */
    List<Row> rows() {
        return new ArrayList<>(rows.values());
    }

    /** Puts back what a snapshot holds. */
    void restore(long storedClock, long storedToken, long storedEvent, List<Row> storedRows, List<LeaseEvent> trail) {
        clock = storedClock;
        lastToken = storedToken;
        lastEvent = storedEvent;
        for (Row row : storedRows) {
            rows.put(row.name, row);
            schedule(row, row.live() ? row.end : row.forgetAt());
        }
        events.addAll(trail);
    }

    private LeaseOutcome acquire(LeaseCommand.Acquire asked, Consumer<LeaseEvent> listener) {
        Row row = rows.get(asked.name());
        if (row != null && row.live()) {
            return asked.requestId().equals(row.requestId)
                    ? new LeaseOutcome.Granted(new LeaseCommand.Key(row.name, row.token))
                    : new LeaseOutcome.Held(row.holder, row.end - clock);
        }
        if (row != null && asked.requestId().equals(row.requestId)) {
            return new LeaseOutcome.Held(row.holder, 0);
        }
        if (row != null
                && row.completedMillis != null
                && asked.tickMillis() != null
                && asked.tickMillis() <= row.completedMillis) {
            return new LeaseOutcome.AlreadyRan(row.completedMillis);
        }
        if (lastToken >= MAX_TOKEN) {
            return new LeaseOutcome.Full("no token is left after " + lastToken);
        }
        if (row == null) {
            if (!makeRoom()) {
                return new LeaseOutcome.Full("the registry remembers " + maxNames + " leases at most");
            }
            row = new Row(asked.name());
            rows.put(row.name, row);
        }
        lastToken++;
        row.token = lastToken;
        row.holder = asked.holder();
        row.requestId = asked.requestId();
        row.ttlNanos = TimeUnit.MILLISECONDS.toNanos(asked.ttlMillis());
        row.end = clock + row.ttlNanos;
        row.ended = false;
        schedule(row, row.end);
        tell(LeaseEvent.Kind.GRANTED, row, "", listener);
        return new LeaseOutcome.Granted(new LeaseCommand.Key(row.name, row.token));
    }

    private LeaseOutcome renew(LeaseCommand.Renew asked) {
        List<LeaseCommand.Key> renewed = new ArrayList<>(asked.keys().size());
        for (LeaseCommand.Key key : asked.keys()) {
            Row row = liveRow(key);
            if (row != null) {
                row.end = clock + row.ttlNanos;
                schedule(row, row.end);
                renewed.add(key);
            }
        }
        return new LeaseOutcome.Renewed(renewed);
    }

    private LeaseOutcome release(LeaseCommand.Release asked, Consumer<LeaseEvent> listener) {
        Row row = liveRow(asked.key());
        if (row == null) {
            return new LeaseOutcome.Ended(false);
        }
        row.complete(asked.completedMillis());
        if (asked.restMillis() == 0) {
            end(row, clock);
            tell(LeaseEvent.Kind.RELEASED, row, "", listener);
        } else {
            long rest = TimeUnit.MILLISECONDS.toNanos(asked.restMillis());
            row.ttlNanos = Math.max(row.ttlNanos, rest);
            row.end = clock + rest;
            schedule(row, row.end);
        }
        return new LeaseOutcome.Ended(true);
    }

    private LeaseOutcome forceRelease(LeaseCommand.ForceRelease asked, Consumer<LeaseEvent> listener) {
        Row row = rows.get(asked.name());
        if (row == null || !row.live()) {
            return new LeaseOutcome.Ended(false);
        }
        end(row, clock);
        tell(LeaseEvent.Kind.FORCED, row, asked.operator(), listener);
        return new LeaseOutcome.Ended(true);
    }

    private @Nullable Row liveRow(LeaseCommand.Key key) {
        Row row = rows.get(key.name());
        return row != null && row.token == key.token() && row.live() ? row : null;
    }

    /** Ends what the clock has passed, and forgets what has been over for long. */
    private void sweep(Consumer<LeaseEvent> listener) {
        while (!dues.isEmpty() && dues.first().at() <= clock) {
            Due due = dues.pollFirst();
            Row row = due == null ? null : rows.get(due.name());
            if (row == null) {
                continue;
            }
            row.dueAt = 0;
            if (row.live() && row.end > due.at()) {
                // In the order in which they end, on every node: this look was for an earlier time.
                schedule(row, row.end);
            } else if (row.live()) {
                end(row, row.end);
                tell(LeaseEvent.Kind.EXPIRED, row, "", listener);
            } else if (row.forgetAt() <= clock) {
                rows.remove(row.name);
            } else {
                schedule(row, row.forgetAt());
            }
        }
    }

    private void end(Row row, long at) {
        row.ended = true;
        row.end = at;
        schedule(row, row.forgetAt());
    }

    /** A later look stays where it is, and finds the new time when it comes: renewals need not move it. */
    private void schedule(Row row, long at) {
        if (row.dueAt != 0 && row.dueAt <= at) {
            return;
        }
        if (row.dueAt != 0) {
            dues.remove(new Due(row.dueAt, row.name));
        }
        row.dueAt = Math.max(1, at);
        dues.add(new Due(row.dueAt, row.name));
    }

    /** Without the names that nothing needs any more; whether there is room for one. */
    private boolean makeRoom() {
        if (rows.size() < maxNames) {
            return true;
        }
        rows.values().removeIf(row -> {
            boolean idle = !row.live() && row.completedMillis == null;
            if (idle) {
                dues.remove(new Due(row.dueAt, row.name));
            }
            return idle;
        });
        return rows.size() < maxNames;
    }

    private StoredLease stored(Row row) {
        return new StoredLease(
                row.name, row.holder, row.token, row.live() ? Math.max(1, row.end - clock) : 0, row.completedMillis);
    }

    private void tell(LeaseEvent.Kind kind, Row row, String by, Consumer<LeaseEvent> listener) {
        lastEvent++;
        LeaseEvent event = new LeaseEvent(lastEvent, kind, row.name, row.holder, row.token, by, clock);
        events.addLast(event);
        if (events.size() > MAX_EVENTS) {
            events.removeFirst();
        }
        listener.accept(event);
    }
}
