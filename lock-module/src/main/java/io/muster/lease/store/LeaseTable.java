package io.muster.lease.store;

import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Grant;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.LeaseStore.LeaseView;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The rules of leases as a pure state machine: no clock, no randomness, no threads. The same commands in the same order give
 * the same answers everywhere, so it can be replicated by a log. Not thread-safe.
 *
 * <p>Time is data: each command carries a stamp, nanoseconds of whatever monotonic clock its writer has, and the table's
 * clock is the <em>largest</em> stamp so far. Stamps that come in the wrong order, or from a writer whose clock began
 * lower, so never bring an expired lease back. A lease is live until the clock reaches its deadline; expiry is found
 * by the command that meets it, no timer is needed.
 *
 * <p>One counter gives the tokens of all names: a record can be forgotten without a token ever coming again.
 */
public final class LeaseTable {
    private final int maxNames;
    private final LongBinaryOperator clockRule;
    private final Map<String, Row> rows = new HashMap<>();
    private long clock;
    private long lastToken;

    /**
     * An empty table.
     *
     * @param lastToken all tokens will be larger
     * @param clock where its clock begins, nanoseconds
     * @param maxNames how many leases it remembers; those that are over and have no completed tick are forgotten for new ones
     */
    public LeaseTable(long lastToken, long clock, int maxNames) {
        this(lastToken, clock, maxNames, Math::max);
    }

    /** @param clockRule makes the new clock from the old one and a stamp */
    LeaseTable(long lastToken, long clock, int maxNames, LongBinaryOperator clockRule) {
        this.lastToken = lastToken;
        this.clock = clock;
        this.maxNames = maxNames;
        this.clockRule = clockRule;
    }

    /** A lease as it is kept. */
    private static final class Row {
        private String holder = "";
        private @Nullable UUID requestId;
        private long token;
        private long ttlNanos;
        private long deadline;
        private boolean ended = true;
        private @Nullable Instant completed;

        boolean live(long now) {
            return !ended && now < deadline;
        }

        void complete(@Nullable Instant tick) {
            if (tick != null && (completed == null || tick.isAfter(completed))) {
                completed = tick;
            }
        }
    }

    /** The largest stamp so far. */
    public long clock() {
        return clock;
    }

    /** The token of the last grant. */
    public long lastToken() {
        return lastToken;
    }

    /**
     * As {@link LeaseStore#acquire}.
     *
     * @throws IllegalStateException if as many leases as it remembers are live or have completed ticks, or no token is left
     */
    public Grant acquire(AcquireRequest request, long stamp) {
        long now = advance(stamp);
        Row row = rows.get(request.name());
        if (row == null) {
            row = newRow(request.name(), now);
        } else if (row.live(now)) {
            return request.requestId().equals(row.requestId)
                    ? new Grant.Granted(new LeaseKey(request.name(), row.token))
                    : new Grant.Held(row.holder, Duration.ofNanos(row.deadline - now));
        } else if (request.requestId().equals(row.requestId)) {
            return new Grant.Held(row.holder, Duration.ZERO);
        }
        if (request.tick() != null && row.completed != null && !request.tick().isAfter(row.completed)) {
            return new Grant.AlreadyRan(row.completed);
        }
        grant(row, request, now);
        return new Grant.Granted(new LeaseKey(request.name(), row.token));
    }

    /** As {@link LeaseStore#renew}. */
    public Set<LeaseKey> renew(Collection<LeaseKey> keys, long stamp) {
        long now = advance(stamp);
        Set<LeaseKey> renewed = new LinkedHashSet<>();
        for (LeaseKey key : keys) {
            Row row = liveRow(key, now);
            if (row != null) {
                row.deadline = now + row.ttlNanos;
                renewed.add(key);
            }
        }
        return renewed;
    }

    /** As {@link LeaseStore#release}. */
    public boolean release(LeaseKey key, @Nullable Instant completed, long stamp) {
        Row row = liveRow(key, advance(stamp));
        if (row == null) {
            return false;
        }
        row.ended = true;
        row.complete(completed);
        return true;
    }

    /** As {@link LeaseStore#releaseLater}. */
    public boolean releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed, long stamp) {
        long now = advance(stamp);
        Row row = liveRow(key, now);
        if (row == null) {
            return false;
        }
        row.ttlNanos = Math.max(row.ttlNanos, rest.toNanos());
        row.deadline = now + rest.toNanos();
        row.complete(completed);
        return true;
    }

    /** As {@link LeaseStore#forceRelease}. */
    public boolean forceRelease(String name, long stamp) {
        long now = advance(stamp);
        Row row = rows.get(name);
        boolean live = row != null && row.live(now);
        if (row != null) {
            row.ended = true;
        }
        return live;
    }

    /** As {@link LeaseStore#inspect}. */
    public Optional<LeaseView> inspect(String name, long stamp) {
        long now = advance(stamp);
        return Optional.ofNullable(rows.get(name))
                .map(row -> new LeaseView(
                        name,
                        row.holder,
                        row.token,
                        row.live(now) ? Duration.ofNanos(row.deadline - now) : Duration.ZERO,
                        row.completed));
    }

    private long advance(long stamp) {
        clock = clockRule.applyAsLong(clock, stamp);
        return clock;
    }

    private @Nullable Row liveRow(LeaseKey key, long now) {
        Row row = rows.get(key.name());
        return row != null && row.token == key.token() && row.live(now) ? row : null;
    }

    private Row newRow(String name, long now) {
        if (rows.size() >= maxNames) {
            rows.values().removeIf(row -> !row.live(now) && row.completed == null);
        }
        if (rows.size() >= maxNames) {
            throw new IllegalStateException(
                    "the store keeps " + maxNames + " leases at most; \"" + name + "\" is one more");
        }
        Row row = new Row();
        rows.put(name, row);
        return row;
    }

    private void grant(Row row, AcquireRequest request, long now) {
        if (lastToken >= LeaseStore.MAX_TOKEN) {
            throw new IllegalStateException("the tokens are used up: the last one was " + lastToken);
        }
        lastToken++;
        row.token = lastToken;
        row.holder = request.holder();
        row.requestId = request.requestId();
        row.ttlNanos = request.ttl().toNanos();
        row.deadline = now + row.ttlNanos;
        row.ended = false;
    }
}
