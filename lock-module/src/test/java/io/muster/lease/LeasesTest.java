package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Lease.Loss;
import io.muster.lease.Lease.State;
import io.muster.lease.LeaseEvent.Lost;
import io.muster.lease.LeaseEvent.Overrun;
import io.muster.lease.LeaseEvent.OverrunEnded;
import io.muster.lease.guard.InMemoryFence;
import io.muster.lease.store.FaultyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Leases on real threads and the real clock; what depends on unlikely orders stands in the simulation. */
@Timeout(60)
class LeasesTest {
    private static final Duration TTL = Duration.ofSeconds(4);

    private final FaultyStore store = new FaultyStore();
    private final BlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();
    private final InMemoryFence fence = new InMemoryFence();
    private final Leases leases = open(settings());

    private static LeaseSettings settings() {
        return LeaseSettings.defaults("test").withTtl(TTL);
    }

    private Leases open(LeaseSettings settings) {
        return Leases.open(store, settings, List.of(fence), events::add);
    }

    @AfterEach
    void close() {
        leases.close();
    }

    @Test
    void aLeaseOutlivesItsTtlWhileItIsRenewedAndIsFreeWhenClosed() throws Exception {
        try (Lease lease = leases.tryAcquire("a").orElseThrow()) {
            store.awaitRenewals(4);
            assertThat(lease.age()).isGreaterThan(TTL);
            assertThat(lease.state()).isEqualTo(State.HELD);
            assertThat(lease.remaining()).isBetween(Duration.ofMillis(1), Duration.ofMillis(3460));
            assertThat(leases.tryAcquire("a")).isEmpty();
            assertThat(leases.held()).containsExactly(lease);
        }
        assertThat(leases.held()).isEmpty();
        assertThat(leases.tryAcquire("a")).isPresent();
    }

    @Test
    void theWorkIsInterruptedWhenTheStoreFallsSilentAndTheInterruptEndsWithIt() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        CompletableFuture<Loss> told = new CompletableFuture<>();
        lease.onLost(told::complete);
        store.hang();

        assertThatThrownBy(() -> lease.call(() -> new CountDownLatch(1).await(30, TimeUnit.SECONDS)))
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("\"a\"")
                .hasCauseInstanceOf(InterruptedException.class);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(lease.age()).isLessThan(TTL);
        assertThat(lease.loss()).contains(Loss.DEADLINE);
        assertThat(lease.remaining()).isZero();
        assertThat(told.get(5, TimeUnit.SECONDS)).isEqualTo(Loss.DEADLINE);
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
        CompletableFuture<Loss> toldLate = new CompletableFuture<>();
        lease.onLost(toldLate::complete);
        assertThat(toldLate.get(5, TimeUnit.SECONDS)).isEqualTo(Loss.DEADLINE);
    }

    @Test
    void aPendingInterruptDoesNotOutliveTheWork() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        assertThat(leases.forceRelease("a")).isTrue();
        lease.run(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
        });

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void anInterruptOfSomebodyElseStays() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        lease.run(() -> {
            assertThat(leases.forceRelease("a")).isTrue();
            Thread.currentThread().interrupt();
            while (events.stream().noneMatch(Lost.class::isInstance)) {
                Thread.onSpinWait();
            }
        });

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void workThatCatchesTheInterruptIsInterruptedAgain() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        int[] interrupts = {0};
        assertThat(leases.forceRelease("a")).isTrue();

        Boolean result = lease.call(() -> {
            while (interrupts[0] < 3) {
                LockSupport.parkNanos(Duration.ofSeconds(30).toNanos());
                if (Thread.interrupted()) {
                    interrupts[0]++;
                }
            }
            return true;
        });

        assertThat(result).isTrue();
        assertThat(lease.loss()).contains(Loss.REVOKED);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void renewalOutlivesAStoreThatThrowsHangsAndAnswersNonsense() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        store.throwNext(new OutOfMemoryError("as if"));
        store.awaitRenewals(1);
        store.throwNext(new IllegalStateException("away"));
        store.awaitRenewals(2);
        store.answerNull();
        store.awaitRenewals(3);

        assertThat(awaitEvent(LeaseEvent.Suspect.class).lease()).isSameAs(lease);
        assertThat(awaitEvent(LeaseEvent.Recovered.class).lease()).isSameAs(lease);
        store.awaitRenewals(5);
        assertThat(lease.state()).isEqualTo(State.HELD);
    }

    @Test
    void aStoreThatHangsDoesNotHoldUpTheNextAttempt() {
        store.hang();
        assertThatThrownBy(() -> leases.tryAcquire("a"))
                .isInstanceOf(LeaseStoreException.class)
                .hasMessageContaining("did not answer in time");
        assertThat(awaitEvent(LeaseEvent.Failed.class).name()).isEqualTo("a");
        store.heal();

        assertThat(leases.tryAcquire("b")).isPresent();
    }

    @Test
    void aListenerOrCallbackThatFailsOrHangsDelaysNoLoss() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Leases hindered = Leases.open(store, settings(), List.of(), event -> {
            if (event instanceof LeaseEvent.Acquired) {
                throw new IllegalStateException("a listener failed");
            }
            awaitQuietly(never);
        });
        Lease first = hindered.tryAcquire("a").orElseThrow();
        first.onLost(reason -> {
            throw new IllegalStateException("a callback failed");
        });
        assertThat(hindered.forceRelease("a")).isTrue();
        assertThatThrownBy(() -> first.call(() -> never.await(30, TimeUnit.SECONDS)))
                .isInstanceOf(LeaseLostException.class);

        Lease second = hindered.tryAcquire("b").orElseThrow();
        store.hang();
        assertThatThrownBy(() -> second.call(() -> never.await(30, TimeUnit.SECONDS)))
                .isInstanceOf(LeaseLostException.class);
        assertThat(second.age()).isLessThan(TTL);
        never.countDown();
        store.heal();
        hindered.close();
    }

    @Test
    void aLeaseThatIsHeldTooLongIsLost() throws Exception {
        Lease lease = leases.tryAcquire(LeaseRequest.of("a").withMaxHold(Duration.ofSeconds(2)))
                .orElseThrow();
        assertThatThrownBy(() -> lease.call(() -> new CountDownLatch(1).await(30, TimeUnit.SECONDS)))
                .isInstanceOf(LeaseLostException.class);
        assertThat(lease.loss()).contains(Loss.MAX_HOLD);
        assertThat(lease.age()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(3500));
        lease.close();
        assertThat(leases.tryAcquire("a")).isPresent();
    }

    @Test
    void workThatIgnoresTheInterruptIsReportedWithItsStack() throws Exception {
        Leases strict = open(settings().withOverrun(Duration.ofMillis(100), LeaseSettings.OverrunPolicy.LOG));
        Lease lease = strict.tryAcquire("a").orElseThrow();
        AtomicBoolean stop = new AtomicBoolean();
        Thread worker = new Thread(() -> lease.run(() -> ignoreInterrupts(stop)));
        worker.start();
        assertThat(strict.forceRelease("a")).isTrue();

        Overrun overrun = awaitEvent(Overrun.class);
        assertThat(overrun.stacks())
                .singleElement()
                .satisfies(stack -> assertThat(stack)
                        .anyMatch(frame -> frame.getMethodName().equals("ignoreInterrupts")));
        assertThat(strict.overruns()).containsExactly(lease);
        stop.set(true);
        assertThat(awaitEvent(OverrunEnded.class).lease()).isSameAs(lease);
        assertThat(strict.overruns()).isEmpty();
        strict.close();
    }

    @Test
    void aDeclaredResourceIsRaisedBeforeTheHolderGetsItsLease() {
        long seen = Long.MAX_VALUE >> 12;
        LeaseRequest request = LeaseRequest.of("a").withResources("invoices");
        try (Lease lease = leases.tryAcquire(request).orElseThrow()) {
            assertThatThrownBy(() -> fence.raise("invoices", lease.fencingToken() - 1))
                    .isInstanceOf(StaleFenceException.class);
        }
        fence.raise("invoices", seen);

        assertThatThrownBy(() -> leases.tryAcquire(request)).isInstanceOf(StaleFenceException.class);
        assertThat(leases.held()).isEmpty();
        // What could not be used is given back.
        assertThat(awaitEvent(LeaseEvent.Failed.class).cause()).isInstanceOf(StaleFenceException.class);
        store.awaitFree("a");
    }

    @Test
    void whatCannotWorkIsRefusedWithTheReason() {
        assertThatThrownBy(() -> Leases.open(store, settings().withTtl(Duration.ofMillis(999))))
                .hasMessageContaining("ttl")
                .hasMessageContaining("PT0.999S")
                .hasMessageContaining("margin for stopping");
        assertThatThrownBy(() -> leases.tryAcquire(LeaseRequest.of("a").withTtl(Duration.ofMillis(1))))
                .hasMessageContaining("PT0.001S");
        assertThatThrownBy(() -> LeaseRequest.of("a\nb")).hasMessageContaining("\"a\\u000ab\"");
        assertThatThrownBy(() -> LeaseRequest.of("")).hasMessageContaining("name");
        store.weaken();
        assertThatThrownBy(() -> Leases.open(store, settings())).hasMessageContaining("allowWeakStore");
        Leases.open(store, settings().withAllowWeakStore(true)).close();
        try (Leases unfenced = Leases.open(store, settings().withAllowWeakStore(true))) {
            assertThatThrownBy(() -> unfenced.tryAcquire(LeaseRequest.of("a").withResources("r")))
                    .hasMessageContaining("[r]");
        }
    }

    @Test
    void whatFollowsAnAcquisitionHoldsUpNoRenewal() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<Lease> acquired = new CompletableFuture<>();
        // Not answered before it is said what follows, which would run right here then.
        store.hang();
        var unused = leases.acquire(LeaseRequest.of("a")).thenAccept(lease -> {
            acquired.complete(lease.orElseThrow());
            awaitQuietly(never);
        });
        store.heal();
        Lease lease = acquired.get(10, TimeUnit.SECONDS);
        store.awaitRenewals(4);

        assertThat(lease.age()).isGreaterThan(TTL);
        assertThat(lease.state()).isEqualTo(State.HELD);
        assertThat(leases.acquire(LeaseRequest.of("a")).get(10, TimeUnit.SECONDS))
                .isEmpty();
        never.countDown();
    }

    @Test
    void whoCancelsAnAcquisitionHoldsNothing() {
        store.hang();
        CompletableFuture<?> cancelled = leases.acquire(LeaseRequest.of("a"));
        assertThat(cancelled.cancel(true)).isTrue();
        store.heal();

        // The store is asked again under the same request id, and what it grants is given back.
        store.awaitGrant("a");
        store.awaitFree("a");
    }

    @Test
    void placesAreBoundedAndComeBack() {
        try (Leases two = open(settings().withMaxLeases(2))) {
            Lease first = two.tryAcquire("a").orElseThrow();
            assertThat(two.tryAcquire("b")).isPresent();
            assertThatThrownBy(() -> two.tryAcquire("c")).hasMessageContaining("maxLeases is 2");
            first.close();
            first.close();
            assertThat(two.tryAcquire("b")).isEmpty();
            assertThat(two.tryAcquire("c")).isPresent();
            assertThatThrownBy(() -> two.tryAcquire("d")).hasMessageContaining("maxLeases is 2");
        }
    }

    @Test
    void aTickIsDoneOnceAndOneThatFailedAgain() throws Exception {
        LeaseRequest tick = LeaseRequest.of("a").withTick(Instant.parse("2026-01-01T00:00:00Z"));
        assertThatThrownBy(() -> leases.call(tick, () -> {
                    throw new IllegalStateException("failed");
                }))
                .hasMessage("failed");
        assertThat(leases.call(tick, () -> LeaseContext.current().fencingToken()))
                .isPresent();
        assertThat(leases.call(tick, () -> "again")).isEmpty();
        assertThat(awaitEvent(LeaseEvent.AlreadyRan.class).name()).isEqualTo("a");
    }

    @Test
    void theContextFollowsNestingAndWrappedTasks() throws Exception {
        try (Lease outer = leases.tryAcquire("a").orElseThrow();
                Lease inner = leases.tryAcquire("b").orElseThrow()) {
            CompletableFuture<List<Lease>> elsewhere = new CompletableFuture<>();
            outer.run(() -> {
                inner.run(() -> {
                    assertThat(LeaseContext.leases()).containsExactly(outer, inner);
                    var wrapped = LeaseContext.wrap(() -> elsewhere.complete(LeaseContext.leases()));
                    new Thread(() -> callQuietly(wrapped)).start();
                });
                assertThat(LeaseContext.current()).isSameAs(outer);
            });
            assertThat(elsewhere.get(5, TimeUnit.SECONDS)).containsExactly(outer, inner);
            assertThatThrownBy(LeaseContext::current).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingInterruptsWorkAndFreesLeases() throws Exception {
        Leases closing = open(settings());
        Lease idle = closing.tryAcquire("a").orElseThrow();
        Lease busy = closing.tryAcquire("b").orElseThrow();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        busy.call(() -> {
                            begun.countDown();
                            return new CountDownLatch(1).await(30, TimeUnit.SECONDS);
                        });
                        end.complete(null);
                    } catch (Exception e) {
                        end.complete(e);
                    }
                })
                .start();
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        closing.close();

        assertThat(end.get(1, TimeUnit.SECONDS)).isInstanceOf(LeaseLostException.class);
        assertThat(busy.loss()).contains(Loss.CLOSED);
        assertThat(idle.state()).isEqualTo(State.RELEASED);
        assertThat(leases.tryAcquire("a")).isPresent();
        assertThat(leases.tryAcquire("b")).isPresent();
        assertThatThrownBy(() -> closing.tryAcquire("c")).hasMessageContaining("closed");
    }

    private <T extends LeaseEvent> T awaitEvent(Class<T> type) {
        try {
            while (true) {
                LeaseEvent event = events.poll(20, TimeUnit.SECONDS);
                if (event == null) {
                    throw new AssertionError("no " + type.getSimpleName() + " came");
                }
                if (type.isInstance(event)) {
                    return type.cast(event);
                }
            }
        } catch (InterruptedException e) {
            // The work of a lost lease waits here too.
            return awaitEvent(type);
        }
    }

    private static void ignoreInterrupts(AtomicBoolean stop) {
        while (!stop.get()) {
            LockSupport.parkNanos(1_000_000);
            boolean unused = Thread.interrupted();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            boolean unused = latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void callQuietly(Callable<?> task) {
        try {
            Object unused = task.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
