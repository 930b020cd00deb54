package io.muster.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where leases are kept: the port behind which databases, Redis and quorums stand. A store alone decides who holds a
 * lease, by a clock of its own; no call carries a time of day.
 *
 * <p>What every store keeps (and {@code LeaseStoreContract} in the test jar checks):
 * <ul>
 * <li>the token of each grant of a name is larger than every earlier token of that name, also after releases and expiry;
 * <li>at any moment at most one grant of a name is live, and one that is over is never live again;
 * <li>a repeated request id returns the stored grant: it draws no new token and extends nothing. Once another grant of the
 *     name has followed, the id is forgotten.
 * </ul>
 *
 * <p>Methods may be called from any thread, at the same time, and do not block. A stage that fails, or a method that
 * throws, says that the outcome is unknown: the call may have been done. A stage may also complete late or never; the
 * caller limits its wait.
 */
public interface LeaseStore extends AutoCloseable {
    /** The largest token: tokens have 53 bits, so that doubles of Lua, JSON and JavaScript hold them exactly. */
    long MAX_TOKEN = (1L << 53) - 1;

    /** Asks for a lease. */
    CompletionStage<Grant> acquire(AcquireRequest request);

    /**
     * Gives each of these grants its full TTL again, from now on, and answers which ones. A grant that is missing in the
     * answer is over: it has expired, was released, or another one followed.
     *
     * @param keys at most {@link #MAX_BATCH}
     */
    CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys);

    /**
     * Ends a grant; answers whether it was live.
     *
     * @param completed the tick whose work is done, kept in the record when the grant was live; null for none
     */
    CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed);

    /**
     * Ends a grant that long from now on: nobody is granted the lease before, though its holder needs it no more and may be
     * gone. A renewal that was under way may end it later. Answers whether it was live.
     *
     * @param rest from 1 ms to {@link #MAX_REST}
     * @param completed as in {@link #release}
     */
    CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed);

    /** What is stored under this name, read where it is decided and not from a copy that may lag. */
    CompletionStage<Optional<LeaseView>> inspect(String name);

    /** Ends whatever grant of this name is live, for operators; answers whether there was one. Tokens make this safe. */
    CompletionStage<Boolean> forceRelease(String name);

    /** What this store promises; constant. */
    Traits traits();

    /** Gives up threads and connections of the store's own; leases stay as they are. */
    @Override
    void close();

    /** The most keys of one {@link #renew}. */
    int MAX_BATCH = 500;

    /** The longest rest of {@link #releaseLater}. */
    Duration MAX_REST = Duration.ofDays(28);

    /** One grant of a lease. */
    record LeaseKey(String name, long token) {
        /** @throws IllegalArgumentException if the name is not printable or the token not of 1 to 53 bits */
        public LeaseKey {
            Names.checked("name", name);
            Names.checkedToken(token);
        }
    }

    /**
     * A request for a lease.
     *
     * @param name of the lease, 1 to 200 printable characters
     * @param holder who asks, for people; it decides nothing
     * @param requestId new for each acquisition, the same when one acquisition asks again
     * @param ttl how long the grant lives without renewal, more than zero
     * @param tick the planned time, in milliseconds, of the run that wants the lease: refused when that or a later one is
     *     completed; null for none
     */
    record AcquireRequest(
            String name,
            String holder,
            UUID requestId,
            Duration ttl,
            @Nullable Instant tick) {
        /** @throws IllegalArgumentException if a name is not printable or the TTL not positive */
        public AcquireRequest {
            Names.checked("name", name);
            Names.checked("holder", holder);
            if (ttl.compareTo(Duration.ofMillis(1)) < 0 || ttl.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("ttl must be from 1 ms to 1 day but was " + ttl);
            }
            tick = Names.checkedTick(tick);
        }
    }

    /** The answer to a request. A loser learns no token. */
    sealed interface Grant {
        /** The lease is the requester's. */
        record Granted(LeaseKey key) implements Grant {}

        /**
         * Somebody else's grant is live; or, with zero, nothing is live but this request id was used up before.
         *
         * @param holder of the live grant
         * @param atMost how long it lives without renewal, by the store's clock
         */
        record Held(String holder, Duration atMost) implements Grant {}

        /** The request's tick, or a later one, is completed. */
        record AlreadyRan(Instant completed) implements Grant {}
    }

    /**
     * A stored lease.
     *
     * @param remaining of a live grant, by the store's clock; zero when none is live
     * @param completed the latest tick whose work is done; null for none
     */
    record LeaseView(
            String name,
            String holder,
            long token,
            Duration remaining,
            @Nullable Instant completed) {
        /** Whether the grant is live. */
        public boolean live() {
            return !remaining.isZero();
        }
    }

    /** How far a store's tokens can be trusted. */
    enum Durability {
        /** Tokens outlive every process, and the fail-over of a store that replicates synchronously. */
        DURABLE,
        /** The store lives and dies with this process, and nobody else uses it. */
        PROCESS,
        /** A fail-over can lose the last grants and with them tokens. Refused unless allowed aloud. */
        WEAK
    }

    /**
     * What a store promises.
     *
     * @param kind for people, as in "JDBC (PostgreSQL)"
     * @param minTtl the shortest TTL that makes sense here
     * @param minTtlReason why not shorter, as the end of a sentence
     */
    record Traits(String kind, Durability durability, Duration minTtl, String minTtlReason) {}
}
