package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.muster.lease.Lease.Loss;
import io.muster.lease.Lease.State;
import io.muster.lease.store.FaultyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work that begins and ends by calls, and the bounds of a hold. */
@Timeout(180)
class LeaseScopeTest {
    private final FaultyStore store = new FaultyStore();
    private final Leases leases =
            Leases.open(store, LeaseSettings.defaults("test").withTtl(Duration.ofSeconds(8)));
    private final ExecutorService other = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        leases.close();
        other.shutdownNow();
    }

    @Test
    void theThreadWorksUnderTheLeaseUntilTheScopeIsClosed() {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        try (LeaseScope scope = lease.enter()) {
            assertThat(LeaseContext.current()).isSameAs(scope.lease()).isSameAs(lease);
            assertThat(lease.hasWork()).isTrue();
        }
        assertThat(LeaseContext.leases()).isEmpty();
        assertThat(lease.hasWork()).isFalse();
        assertThat(lease.state()).isEqualTo(State.HELD);
    }

    @Test
    void theThreadIsInterruptedOnLossAndTheInterruptEndsWithTheScope() {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        LeaseScope scope = lease.enter();
        assertThat(leases.forceRelease("a")).isTrue();
        assertThatThrownBy(() -> new CountDownLatch(1).await(60, TimeUnit.SECONDS))
                .isInstanceOf(InterruptedException.class);
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(1_000_000);
        }
        scope.close();

        assertThat(Thread.interrupted()).isFalse();
        assertThatThrownBy(lease::enter).isInstanceOf(LeaseLostException.class);
        assertThat(LeaseContext.leases()).isEmpty();
        assertThat(lease.hasWork()).isFalse();
    }

    @Test
    void anInterruptOnAccountOfSeveralLeasesDoesNotOutliveThem() {
        LeaseScope outer = leases.tryAcquire("a").orElseThrow().enter();
        LeaseScope inner = leases.tryAcquire("b").orElseThrow().enter();
        inner.interrupt();
        outer.interrupt();
        inner.close();
        assertThat(Thread.currentThread().isInterrupted())
                .as("the outer work has to stop")
                .isTrue();
        outer.interrupt();
        outer.close();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void anInterruptOfSomebodyElseOutlivesAllScopes() {
        LeaseScope outer = leases.tryAcquire("a").orElseThrow().enter();
        LeaseScope inner = leases.tryAcquire("b").orElseThrow().enter();
        Thread.currentThread().interrupt();
        outer.interrupt();
        inner.interrupt();
        inner.close();
        outer.close();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void scopesThatAreClosedInAnotherOrderLeaveNothing() {
        Lease first = leases.tryAcquire("a").orElseThrow();
        Lease second = leases.tryAcquire("b").orElseThrow();
        LeaseScope outer = first.enter();
        LeaseScope inner = second.enter();
        outer.close();
        assertThat(LeaseContext.leases()).containsExactly(second);
        inner.close();
        assertThat(LeaseContext.leases()).isEmpty();
    }

    @Test
    void aScopeClosedByAnotherThreadHidesItsLeaseOnlyFromWhatFollows() throws Exception {
        Lease first = leases.tryAcquire("a").orElseThrow();
        Lease second = leases.tryAcquire("b").orElseThrow();
        LeaseScope scope = onOther(first::enter);
        scope.close();
        first.close();

        assertThat(first.hasWork()).isFalse();
        assertThat(onOther(LeaseContext::current)).isSameAs(first);
        assertThatThrownBy(() -> onOther(() -> LeaseContext.wrap(() -> "work").call()))
                .hasCauseInstanceOf(LeaseLostException.class);
        assertThat(onOther(() -> second.call(LeaseContext::leases))).containsExactly(second);
        assertThat(onOther(LeaseContext::leases)).isEmpty();
    }

    @Test
    void theEndOfAHoldCanBeMovedWhileItIsHeld() throws Exception {
        Lease lease = leases.tryAcquire(LeaseRequest.of("a").withMaxHold(Duration.ofHours(1)))
                .orElseThrow();
        assertThat(lease.holdAtMost(Duration.ofDays(1_000_000_000))).isTrue();
        assertThat(lease.holdAtMost(Duration.ofMillis(100))).isTrue();
        Eventually.holds("it is lost", () -> lease.state() == State.LOST);
        assertThat(lease.loss()).contains(Loss.MAX_HOLD);
        assertThat(lease.age()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        assertThat(lease.holdAtMost(Duration.ofHours(1))).isFalse();
        assertThatThrownBy(() -> lease.holdAtMost(Duration.ZERO)).hasMessageContaining("PT0S");
    }

    @Test
    void whatIsHeldAtLeastIsKeptByTheStoreWhenItIsGivenBack() {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        lease.holdAtLeast(Duration.ofMinutes(30));
        assertThat(lease.release()).contains(true);

        assertThat(lease.state()).isEqualTo(State.RELEASED);
        assertThat(leases.held()).isEmpty();
        assertThat(leases.tryAcquire("a")).isEmpty();
        assertThat(leases.inspect("a").orElseThrow().remaining())
                .isBetween(Duration.ofMinutes(29), Duration.ofMinutes(30));
        assertThat(leases.forceRelease("a")).isTrue();
        assertThat(leases.tryAcquire("a")).isPresent();
        assertThatThrownBy(() -> lease.holdAtLeast(Duration.ofDays(29))).hasMessageContaining("PT696H");
    }

    @Test
    void whatIsHeldAtLeastIsKeptWhenTheProcessEnds() {
        Leases closing = Leases.open(store, LeaseSettings.defaults("closing"));
        closing.tryAcquire("a").orElseThrow().holdAtLeast(Duration.ofMinutes(30));
        closing.close();

        assertThat(leases.inspect("a").orElseThrow().remaining())
                .isBetween(Duration.ofMinutes(29), Duration.ofMinutes(30));
    }

    @Test
    void workThatAnswersNothingRunsUnderALeaseThatIsGivenBack() {
        assertThat(leases.run(LeaseRequest.of("a"), () -> {
                    assertThat(LeaseContext.current().name()).isEqualTo("a");
                    assertThat(leases.run(LeaseRequest.of("a"), () -> fail("it is held")))
                            .isFalse();
                }))
                .isTrue();
        assertThat(leases.run(LeaseRequest.of("a"), () -> {})).isTrue();
    }

    @Test
    void whoGivesBackWhatWasOverLearnsIt() {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        assertThat(leases.forceRelease("a")).isTrue();
        assertThat(lease.release()).contains(false);
        assertThat(lease.release()).as("the same answer").contains(false);

        Lease held = leases.tryAcquire("a").orElseThrow();
        assertThat(held.release()).contains(true);
    }

    @Test
    void aListenerThatHangsFillsNoMemoryAndMissesNoLoss() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger refusals = new AtomicInteger();
        CountDownLatch lost = new CountDownLatch(1);
        LeaseSettings settings = LeaseSettings.defaults("slow").withTtl(Duration.ofSeconds(20));
        try (Leases slow = Leases.open(store, settings, List.of(), event -> {
            if (event instanceof LeaseEvent.Acquired) {
                awaitQuietly(goOn);
            } else if (event instanceof LeaseEvent.Refused) {
                refusals.incrementAndGet();
            } else if (event instanceof LeaseEvent.Lost) {
                lost.countDown();
            }
        })) {
            Lease lease = slow.tryAcquire("a").orElseThrow();
            for (int i = 0; i < 10_100; i++) {
                assertThat(slow.tryAcquire("a")).isEmpty();
            }
            lease.holdAtMost(Duration.ofMillis(1));
            goOn.countDown();

            assertThat(lost.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(refusals).hasValueBetween(9_000, 10_000);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(120, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> T onOther(Callable<T> task) throws InterruptedException, ExecutionException {
        return other.submit(task).get();
    }
}
