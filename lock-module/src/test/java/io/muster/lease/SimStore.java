package io.muster.lease;

import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Grant;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.LeaseStore.LeaseView;
import io.muster.lease.SimWorld.Mutation;
import io.muster.lease.store.ClockRules;
import io.muster.lease.store.LeaseTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A durable store behind a bad network: the real table, with stamps that are taken when a request arrives and applied in
 * another order, restarts, and in some runs a clock that is stepped.
 */
final class SimStore {
    /** The longest that a message is under way when there are no faults. */
    static final long ONE_WAY = SimWorld.millis(20);

    private final SimWorld world;
    private final LeaseTable table;
    private final boolean steppedClock;
    private final Map<String, Long> granted = new TreeMap<>();
    private final Map<String, Long> over = new HashMap<>();
    private final Map<String, UUID> lastRequest = new HashMap<>();
    private final Map<UUID, LeaseKey> grantOf = new HashMap<>();
    private double rate = 1;
    private long paceBase;
    private long paceNano;
    private long step;
    private long downUntil;
    private long run;

    /** When each process was cut off from here, until when; by true time. */
    final Map<Integer, Long> cutUntil = new HashMap<>();

    private final Map<LeaseKey, Long> countsFrom = new HashMap<>();

    private final Map<LeaseKey, Long> lastAsked = new HashMap<>();

    /** The leases of a dead process, and when they are to be granted again at the latest, by the store's clock. */
    private final Map<String, Long> takeovers = new TreeMap<>();

    /** The leases that were handed to users. */
    final Map<LeaseKey, Lease> inUse = new HashMap<>();

    SimStore(SimWorld world) {
        this.world = world;
        this.steppedClock = world.happens(0.3);
        this.table =
                ClockRules.table(0, world.mutation == Mutation.NO_CLOCK_MAXIMUM ? (clock, stamp) -> stamp : Math::max);
        restart(0);
    }

    /** Its state is durable, its clock begins anew and goes on from the table's. */
    void restart(long downtime) {
        run++;
        downUntil = world.now() + downtime;
        paceBase = table.clock();
        paceNano = downUntil;
        rate = 0.8 + 0.4 * world.random.nextDouble();
    }

    /** Of its clock, against true time. */
    double rate() {
        return rate;
    }

    /**
     * From now on the leases of a dead process, from which nothing is under way, must be granted again: each within its tick
     * after its deadline.
     *
     * @param ticks of all leases, by their names; nanoseconds of the store's clock
     */
    void expectTakeover(SimProcess dead, Map<String, Long> ticks) {
        ticks.forEach((name, tick) -> table.inspect(name, table.clock())
                .filter(view -> view.live() && view.holder().equals("p" + dead.id))
                .ifPresent(view ->
                        takeovers.put(name, table.clock() + view.remaining().toNanos() + tick)));
    }

    /** What was to be granted again and was not. */
    Set<String> missingTakeovers() {
        return takeovers.keySet();
    }

    private void checkTakeover(String name) {
        Long latest = takeovers.remove(name);
        if (latest != null && table.clock() - latest > 0) {
            world.violated("the lease " + name + " of a dead process was granted again "
                    + (table.clock() - latest) / 1_000 + " us later than a TTL and a tick after its last renewal");
        }
    }

    /** The local time at which the last request was sent that this grant counts from. */
    long countsFrom(LeaseKey key) {
        return Objects.requireNonNull(countsFrom.get(key));
    }

    /** The local time of the last request for this grant, whatever became of it. */
    long lastAsked(LeaseKey key) {
        return Objects.requireNonNull(lastAsked.get(key));
    }

    void stepClock(long nanos) {
        if (steppedClock) {
            step += nanos;
        }
    }

    private long stamp() {
        return paceBase + (long) ((world.now() - paceNano) * rate) + step;
    }

    /** Whether a message between this process and the store gets through. */
    private boolean passes(SimProcess process) {
        boolean cut = world.now() < cutUntil.getOrDefault(process.id, 0L) || world.now() < downUntil;
        return !cut && !(world.chaos() && world.happens(0.1));
    }

    private long delay() {
        long usual = world.upTo(ONE_WAY);
        return world.chaos() && world.happens(0.1) ? usual + world.upTo(SimWorld.millis(8000)) : usual;
    }

    /** Sends a command, perhaps several times or never, and its answer likewise. */
    private <T> CompletionStage<T> send(SimProcess process, LongFunction<T> command) {
        if (world.chaos() && world.happens(0.03)) {
            if (world.happens(0.5)) {
                throw new StackOverflowError("the store threw an Error");
            }
            throw new IllegalStateException("the store threw");
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (world.chaos() && world.happens(0.05)) {
            world.in(
                    delay(),
                    () -> process.in(0, () -> answer.completeExceptionally(new IllegalStateException("failed"))));
            return answer;
        }
        int copies = world.chaos() && world.happens(0.1) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (passes(process)) {
                world.in(delay(), () -> arrive(process, command, answer));
            }
        }
        return answer;
    }

    private <T> void arrive(SimProcess process, LongFunction<T> command, CompletableFuture<T> answer) {
        if (world.now() < downUntil) {
            return;
        }
        long stamp = stamp();
        long arrivedIn = run;
        long queued = world.chaos() && world.happens(0.1) ? world.upTo(SimWorld.millis(3000)) : 0;
        world.in(queued, () -> {
            if (arrivedIn != run) {
                return;
            }
            T value = command.apply(stamp);
            checkTable();
            if (passes(process)) {
                world.in(delay(), () -> process.in(0, () -> answer.complete(value)));
            }
        });
    }

    /** At most one grant of a name is live, and none that was over. */
    private void checkTable() {
        granted.forEach((name, last) -> {
            LeaseView view = table.inspect(name, table.clock()).orElseThrow();
            if (view.live() && view.token() <= over.getOrDefault(name, 0L)) {
                world.violated("the grant " + view.token() + " of " + name + " is live again after it was over");
            }
            long overNow = view.live() ? view.token() - 1 : view.token();
            over.merge(name, overNow, Math::max);
        });
    }

    private Grant acquire(SimProcess process, AcquireRequest request, UUID original, long sentAt, long stamp) {
        Grant grant = table.acquire(request, stamp);
        String name = request.name();
        if (grant instanceof Grant.Granted given) {
            LeaseKey key = given.key();
            LeaseKey before = grantOf.putIfAbsent(original, key);
            if (before == null || (!before.equals(key) && !original.equals(lastRequest.get(name)))) {
                grantOf.put(original, key);
                if (key.token() <= granted.getOrDefault(name, 0L)) {
                    world.violated("token " + key.token() + " of " + name + " follows " + granted.get(name));
                }
                granted.put(name, key.token());
                checkTakeover(name);
                lastRequest.put(name, original);
                countsFrom.put(key, sentAt);
                lastAsked.put(key, sentAt);
                world.trace("p" + process.id + " is granted " + key);
            } else if (!before.equals(key)) {
                world.violated("one request was granted " + before + " and then " + key);
            }
        } else if (grant instanceof Grant.Held held
                && !held.atMost().isZero()
                && original.equals(lastRequest.get(name))) {
            world.violated("p" + process.id + " is refused " + name + " on account of its own request");
        }
        return grant;
    }

    /** The store as one process sees it. */
    LeaseStore link(SimProcess process) {
        return new LeaseStore() {
            private final Map<UUID, Long> firstSent = new HashMap<>();

            @Override
            public CompletionStage<Grant> acquire(AcquireRequest request) {
                UUID original = request.requestId();
                long sentAt = firstSent.computeIfAbsent(original, id -> process.nanoTime());
                return send(process, stamp -> {
                    AcquireRequest sent = request;
                    if (world.mutation == Mutation.NO_REQUEST_ID) {
                        UUID other = new UUID(world.random.nextLong(), world.random.nextLong());
                        sent = new AcquireRequest(
                                request.name(), request.holder(), other, request.ttl(), request.tick());
                    }
                    return SimStore.this.acquire(process, sent, original, sentAt, stamp);
                });
            }

            @Override
            public CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys) {
                long sentAt = process.nanoTime();
                keys.forEach(key -> lastAsked.put(key, sentAt));
                return send(process, stamp -> {
                    Set<LeaseKey> renewed = table.renew(keys, stamp);
                    renewed.forEach(key -> countsFrom.merge(key, sentAt, (a, b) -> b - a > 0 ? b : a));
                    return renewed;
                });
            }

            @Override
            public CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed) {
                Lease lease = inUse.get(key);
                if (process.alive()
                        && lease != null
                        && lease.believed() != Lease.State.RELEASED
                        && lease.believed() != Lease.State.LOST) {
                    world.violated("p" + process.id + " gives back " + lease + ", which is in use");
                }
                return send(process, stamp -> table.release(key, completed, stamp));
            }

            @Override
            public CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed) {
                return send(process, stamp -> table.releaseLater(key, rest, completed, stamp));
            }

            @Override
            public CompletionStage<Optional<LeaseView>> inspect(String name) {
                return send(process, stamp -> table.inspect(name, stamp));
            }

            @Override
            public CompletionStage<Boolean> forceRelease(String name) {
                return send(process, stamp -> table.forceRelease(name, stamp));
            }

            @Override
            public Traits traits() {
                return new Traits("simulated", Durability.DURABLE, Duration.ofSeconds(1), "it is a test");
            }

            @Override
            public void close() {}
        };
    }
}
