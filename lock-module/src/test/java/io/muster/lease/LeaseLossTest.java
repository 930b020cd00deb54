package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Lease.Loss;
import io.muster.lease.LeaseEvent.Lost;
import io.muster.lease.LeaseEvent.Overrun;
import io.muster.lease.LeaseEvent.OverrunEnded;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of the work when its lease is lost, on real threads and the real clock. */
@Timeout(180)
class LeaseLossTest extends OpenLeases {
    @Test
    void theWorkIsInterruptedWhenTheStoreFallsSilentAndTheInterruptEndsWithIt() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        CompletableFuture<Loss> told = new CompletableFuture<>();
        lease.onLost(told::complete);
        store.hang();

        assertThatThrownBy(() -> lease.call(() -> new CountDownLatch(1).await(60, TimeUnit.SECONDS)))
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("\"a\"")
                .hasCauseInstanceOf(InterruptedException.class);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        // How soon after it stands in the simulation, where no other program is in the way.
        assertThat(lease.age()).isGreaterThanOrEqualTo(TTL.minusMillis(880));
        assertThat(lease.loss()).contains(Loss.DEADLINE);
        assertThat(lease.remaining()).isZero();
        assertThat(told.get(60, TimeUnit.SECONDS)).isEqualTo(Loss.DEADLINE);
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
        CompletableFuture<Loss> toldLate = new CompletableFuture<>();
        lease.onLost(toldLate::complete);
        assertThat(toldLate.get(60, TimeUnit.SECONDS)).isEqualTo(Loss.DEADLINE);
    }

    @Test
    void aPendingInterruptDoesNotOutliveTheWork() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        lease.run(() -> {
            assertThat(leases.forceRelease("a")).isTrue();
            while (!Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(1_000_000);
            }
        });

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void anInterruptOfSomebodyElseStays() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        Boolean lost = lease.call(() -> {
            Thread.currentThread().interrupt();
            assertThat(store.forceRelease("a").toCompletableFuture().join()).isTrue();
            Eventually.holds("the loss is told", () -> events.stream().anyMatch(Lost.class::isInstance));
            return true;
        });
        assertThat(lost).isTrue();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void workThatCatchesTheInterruptIsInterruptedAgain() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        int[] interrupts = {0};

        Boolean result = lease.call(() -> {
            assertThat(leases.forceRelease("a")).isTrue();
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
        assertThatThrownBy(() -> first.call(() -> never.await(60, TimeUnit.SECONDS)))
                .isInstanceOf(LeaseLostException.class);

        Lease second = hindered.tryAcquire("b").orElseThrow();
        store.hang();
        assertThatThrownBy(() -> second.call(() -> never.await(60, TimeUnit.SECONDS)))
                .isInstanceOf(LeaseLostException.class);
        assertThat(second.age()).as("the listener hangs for longer").isLessThan(Duration.ofSeconds(60));
        never.countDown();
        store.heal();
        hindered.close();
    }

    @Test
    void aLeaseThatIsHeldTooLongIsLost() throws Exception {
        Lease lease = leases.tryAcquire(LeaseRequest.of("a").withMaxHold(Duration.ofSeconds(2)))
                .orElseThrow();
        assertThatThrownBy(() -> lease.call(() -> new CountDownLatch(1).await(60, TimeUnit.SECONDS)))
                .isInstanceOf(LeaseLostException.class);
        assertThat(lease.loss()).contains(Loss.MAX_HOLD);
        assertThat(lease.age()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(60));
        lease.close();
        assertThat(leases.tryAcquire("a")).isPresent();
    }

    @Test
    void workThatIgnoresTheInterruptIsReportedWithItsStack() throws Exception {
        Leases strict = open(settings().withOverrun(Duration.ofMillis(100), LeaseSettings.OverrunPolicy.LOG));
        Lease lease = strict.tryAcquire("a").orElseThrow();
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        Thread worker = new Thread(() -> lease.run(() -> ignoreInterrupts(begun, stop)));
        worker.start();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
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
    void aShortGraceMakesNobodySpin() throws Exception {
        Leases hasty = open(settings().withOverrun(Duration.ofNanos(1), LeaseSettings.OverrunPolicy.LOG));
        Lease lease = hasty.tryAcquire("a").orElseThrow();
        int[] interrupts = {0};
        lease.run(() -> {
            assertThat(hasty.forceRelease("a")).isTrue();
            Overrun unused = awaitEvent(Overrun.class);
            long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
                if (Thread.interrupted()) {
                    interrupts[0]++;
                }
            }
        });

        assertThat(interrupts[0]).isLessThan(4);
        hasty.close();
    }

    @Test
    void aGraceForEverIsNone() {
        Leases patient = open(settings().withOverrun(Duration.ofDays(1_000_000), LeaseSettings.OverrunPolicy.HALT));
        assertThat(patient.tryAcquire("a")).isPresent();
        patient.close();
    }

    private static void ignoreInterrupts(CountDownLatch begun, AtomicBoolean stop) {
        begun.countDown();
        while (!stop.get()) {
            LockSupport.parkNanos(1_000_000);
            boolean unused = Thread.interrupted();
        }
    }
}
