package io.muster.lease.shedlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseLostException;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStoreException;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import io.muster.lease.guard.InMemoryFence;
import io.muster.lease.store.FaultyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockExtender;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.LockingTaskExecutor.Task;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.LockException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the bridge promises beyond ShedLock's own tests. */
@Timeout(180)
class LeaseLockProviderTest {
    private static final Duration TTL = Duration.ofSeconds(8);

    private final FaultyStore store = new FaultyStore();
    private final InMemoryFence fence = new InMemoryFence();
    private final Leases leases = open("first");
    private final Leases others = open("second");
    private final LockProvider first = new LeaseLockProvider(leases, name -> Set.of("invoices"));
    private final LockProvider second = new LeaseLockProvider(others, name -> Set.of("invoices"));

    private Leases open(String holder) {
        return Leases.open(store, LeaseSettings.defaults(holder).withTtl(TTL), List.of(fence), event -> {});
    }

    private static LockConfiguration job(Duration atMost, Duration atLeast) {
        return new LockConfiguration(Instant.EPOCH, "job", atMost, atLeast);
    }

    private static LockConfiguration job() {
        return job(Duration.ofHours(1), Duration.ZERO);
    }

    private static void execute(LockProvider provider, LockConfiguration configuration, Task task) throws Throwable {
        new DefaultLockingTaskExecutor(provider).executeWithLock(task, configuration);
    }

    @AfterEach
    void close() {
        assertThat(LeaseContext.leases()).isEmpty();
        assertThat(Thread.interrupted()).isFalse();
        store.heal();
        leases.close();
        others.close();
    }

    @Test
    void twoProvidersCompeteAndTheTokenIsInTheTask() throws Throwable {
        long[] tokens = new long[2];
        execute(first, job(), () -> {
            tokens[0] = LeaseContext.current().fencingToken();
            assertThat(second.lock(job())).isEmpty();
        });
        execute(second, job(), () -> tokens[1] = LeaseContext.current().fencingToken());

        assertThat(tokens[0]).isPositive().isLessThan(tokens[1]);
        assertThatThrownBy(() -> fence.raise("invoices", tokens[0])).isInstanceOf(StaleFenceException.class);
    }

    @Test
    void lockAtLeastForOutlivesTheTaskAndTheProcess() throws Throwable {
        execute(first, job(Duration.ofHours(1), Duration.ofMinutes(30)), () -> {});
        assertThat(leases.held()).isEmpty();
        assertThat(second.lock(job())).isEmpty();
        leases.close();

        assertThat(second.lock(job())).isEmpty();
        assertThat(others.inspect("job").orElseThrow().remaining())
                .isBetween(Duration.ofMinutes(29), Duration.ofMinutes(30));
    }

    @Test
    void aProcessThatClosesDuringTheTaskKeepsLockAtLeastForToo() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        execute(first, job(Duration.ofHours(1), Duration.ofMinutes(30)), () -> {
                            begun.countDown();
                            hang();
                        });
                        end.complete(new AssertionError("it was not interrupted"));
                    } catch (Throwable e) {
                        end.complete(e);
                    }
                })
                .start();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        leases.close();

        assertThat(end.get(60, TimeUnit.SECONDS))
                .isInstanceOf(LockException.class)
                .hasMessageContaining("CLOSED");
        assertThat(others.inspect("job").orElseThrow().remaining()).isGreaterThan(Duration.ofMinutes(29));
    }

    @Test
    void aLossInterruptsTheTaskAndIsReported() {
        assertThatThrownBy(() -> execute(first, job(), () -> {
                    assertThat(others.forceRelease("job")).isTrue();
                    hang();
                }))
                .isInstanceOf(LockException.class)
                .hasMessageContaining("REVOKED");
    }

    @Test
    void aLossThatNobodyHasHeardOfYetIsReported() {
        assertThatThrownBy(() -> execute(
                        first,
                        job(),
                        () -> assertThat(others.forceRelease("job")).isTrue()))
                .isInstanceOf(LockException.class)
                .hasMessageContaining("lost before it was unlocked");
    }

    @Test
    void aTaskThatTakesLongerThanLockAtMostForIsInterruptedAndGivesTheLockBack() {
        assertThatThrownBy(() -> execute(first, job(Duration.ofSeconds(2), Duration.ZERO), LeaseLockProviderTest::hang))
                .isInstanceOf(LockException.class)
                .hasMessageContaining("MAX_HOLD");

        second.lock(job()).orElseThrow().unlock();
    }

    @Test
    void aTaskExtendsItsLock() throws Throwable {
        execute(first, job(Duration.ofSeconds(20), Duration.ZERO), () -> {
            LockExtender.extendActiveLock(Duration.ofHours(1), Duration.ofMinutes(30));
            assertThat(LeaseContext.leases()).hasSize(1);
        });
        assertThat(others.inspect("job").orElseThrow().remaining()).isGreaterThan(Duration.ofMinutes(29));
    }

    @Test
    void aTaskThatCannotExtendItsLostLockLeavesNothingBehind() {
        assertThatThrownBy(() -> execute(first, job(Duration.ofSeconds(2), Duration.ZERO), () -> {
                    assertThatThrownBy(LeaseLockProviderTest::hang).isInstanceOf(InterruptedException.class);
                    LockExtender.extendActiveLock(Duration.ofHours(1), Duration.ZERO);
                }))
                .isInstanceOf(LockException.class);
    }

    @Test
    void aStoreThatFailsLocksNothing() {
        store.hang();
        assertThatThrownBy(() -> first.lock(job()))
                .isInstanceOf(LockException.class)
                .hasMessageContaining("\"job\"")
                .hasCauseInstanceOf(LeaseStoreException.class);
        store.heal();
        fence.raise("invoices", Long.MAX_VALUE >> 11);
        assertThatThrownBy(() -> first.lock(job()))
                .isInstanceOf(LockException.class)
                .hasCauseInstanceOf(StaleFenceException.class);
        assertThat(leases.held()).isEmpty();
        leases.close();
        assertThatThrownBy(() -> first.lock(job()))
                .isInstanceOf(LockException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void whatCannotWorkIsRefusedWithTheReason() {
        assertThatThrownBy(() -> first.lock(job(Duration.ZERO, Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lockAtMostFor must be positive but was PT0S");
        assertThatThrownBy(() -> first.lock(job(Duration.ofDays(60), Duration.ofDays(29))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT696H");
        assertThatThrownBy(() -> first.lock(
                        new LockConfiguration(Instant.EPOCH, "x".repeat(201), Duration.ofHours(1), Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("201 characters");
        try (Leases unfenced = Leases.open(store, LeaseSettings.defaults("unfenced"))) {
            assertThatThrownBy(() -> new LeaseLockProvider(unfenced, name -> Set.of("invoices")).lock(job()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[invoices]");
        }
        SimpleLock lock = first.lock(job()).orElseThrow();
        assertThatThrownBy(() -> lock.extend(Duration.ofSeconds(1), Duration.ofSeconds(2)))
                .hasMessageContaining("PT2S");
        lock.unlock();
        assertThatThrownBy(lock::unlock).hasMessageContaining("already been unlocked");
    }

    @Test
    void anUnlockByAnotherThreadDoesNotLetTheTaskGoOnUnguarded() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            SimpleLock lock = pool.submit(() -> first.lock(job()).orElseThrow()).get();
            lock.unlock();

            assertThatThrownBy(() -> pool.submit(() -> LeaseContext.current().ensureHeld())
                            .get())
                    .hasCauseInstanceOf(LeaseLostException.class);
            pool.submit(() -> {
                        SimpleLock next = first.lock(job()).orElseThrow();
                        assertThat(LeaseContext.leases()).hasSize(1);
                        next.unlock();
                        assertThat(LeaseContext.leases()).isEmpty();
                    })
                    .get();
        } finally {
            pool.shutdownNow();
        }
    }

    private static void hang() throws InterruptedException {
        assertThat(new CountDownLatch(1).await(60, TimeUnit.SECONDS)).isTrue();
    }
}
