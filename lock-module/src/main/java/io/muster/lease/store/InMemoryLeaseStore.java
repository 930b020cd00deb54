package io.muster.lease.store;

import io.muster.lease.LeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases of one process, in memory: for tests, and for programs that run once. Two processes with such a store each hold
 * everything. Its tokens begin above those of earlier processes as long as the time of day went on. Thread-safe.
 */
public final class InMemoryLeaseStore implements LeaseStore {
    private static final int MAX_NAMES = 10_000;

    private final LeaseTable table;
    private final LongSupplier ticker;
    private final long startedAt;

    /** A new, empty store on the system's monotonic clock. The time of day says where its tokens begin, and no more. */
    public InMemoryLeaseStore() {
        this(System::nanoTime, Instant.now());
    }

    /**
     * A new, empty store.
     *
     * @param ticker monotonic nanoseconds
     * @param now where tokens begin
     */
    public InMemoryLeaseStore(LongSupplier ticker, Instant now) {
        this.ticker = ticker;
        this.startedAt = ticker.getAsLong();
        this.table = new LeaseTable(TokenEpoch.ofMillisecond(now), 0, MAX_NAMES);
    }

    @Override
    public CompletionStage<Grant> acquire(AcquireRequest request) {
        return inOrder(() -> table.acquire(request, stamp()));
    }

    @Override
    public CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys) {
        return inOrder(() -> table.renew(keys, stamp()));
    }

    @Override
    public CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed) {
        return inOrder(() -> table.release(key, completed, stamp()));
    }

    @Override
    public CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed) {
        return inOrder(() -> table.releaseLater(key, rest, completed, stamp()));
    }

    @Override
    public CompletionStage<Optional<LeaseView>> inspect(String name) {
        return inOrder(() -> table.inspect(name, stamp()));
    }

    @Override
    public CompletionStage<Boolean> forceRelease(String name) {
        return inOrder(() -> table.forceRelease(name, stamp()));
    }

    @Override
    public Traits traits() {
        return new Traits(
                "in memory",
                Durability.PROCESS,
                Duration.ofSeconds(1),
                "half a second of it is the margin for stopping");
    }

    @Override
    public void close() {}

    private long stamp() {
        return ticker.getAsLong() - startedAt;
    }

    private synchronized <T> CompletionStage<T> inOrder(Supplier<T> command) {
        try {
            return CompletableFuture.completedFuture(command.get());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
