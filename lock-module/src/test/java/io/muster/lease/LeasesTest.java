package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Lease.Loss;
import io.muster.lease.Lease.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Leases on real threads and the real clock; what depends on unlikely orders stands in the simulation. */
@Timeout(180)
class LeasesTest extends OpenLeases {
    @Test
    void aLeaseOutlivesItsTtlWhileItIsRenewedAndIsFreeWhenClosed() throws Exception {
        try (Lease lease = leases.tryAcquire("a").orElseThrow()) {
            store.awaitRenewals(4);
            assertThat(lease.age()).isGreaterThan(TTL);
            assertThat(lease.state()).isEqualTo(State.HELD);
            assertThat(lease.remaining()).isBetween(Duration.ofMillis(1), Duration.ofMillis(7120));
            assertThat(leases.tryAcquire("a")).isEmpty();
            assertThat(leases.held()).containsExactly(lease);
        }
        assertThat(leases.held()).isEmpty();
        assertThat(leases.tryAcquire("a")).isPresent();
    }

    @Test
    void renewalOutlivesAStoreThatThrowsHangsAndAnswersNonsense() throws Exception {
        Lease lease = leases.tryAcquire("a").orElseThrow();
        store.throwNext(new OutOfMemoryError("as if"));
        store.throwNext(new IllegalStateException("away"));
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
    void aDeclaredResourceIsRaisedBeforeTheHolderGetsItsLease() throws Exception {
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
        Lease lease = acquired.get(60, TimeUnit.SECONDS);
        store.awaitRenewals(4);

        assertThat(lease.age()).isGreaterThan(TTL);
        assertThat(lease.state()).isEqualTo(State.HELD);
        assertThat(leases.acquire(LeaseRequest.of("a")).get(60, TimeUnit.SECONDS))
                .isEmpty();
        never.countDown();
    }

    @Test
    void whoCancelsAnAcquisitionHoldsNothing() throws Exception {
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
            assertThat(elsewhere.get(60, TimeUnit.SECONDS)).containsExactly(outer, inner);
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
                            return new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                        });
                        end.complete(null);
                    } catch (Exception e) {
                        end.complete(e);
                    }
                })
                .start();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

        closing.close();

        assertThat(end.get(60, TimeUnit.SECONDS)).isInstanceOf(LeaseLostException.class);
        assertThat(busy.loss()).contains(Loss.CLOSED);
        assertThat(idle.state()).isEqualTo(State.RELEASED);
        assertThat(leases.tryAcquire("a")).isPresent();
        assertThat(leases.tryAcquire("b")).isPresent();
        assertThatThrownBy(() -> closing.tryAcquire("c")).hasMessageContaining("closed");
    }

    @Test
    void closingEndsAnAcquisitionThatTheStoreDoesNotAnswer() {
        Leases closing = open(settings());
        store.hang();
        CompletableFuture<?> asked = closing.acquire(LeaseRequest.of("a"));

        closing.close();

        assertThatThrownBy(() -> asked.get(60, TimeUnit.SECONDS)).hasMessageContaining("the leases are closed");
    }

    @Test
    void anErrorOfAFenceEndsTheAcquisition() throws Exception {
        Fence broken = (resource, token) -> {
            throw new NoClassDefFoundError("as if");
        };
        try (Leases leases = Leases.open(store, settings(), List.of(broken), events::add)) {
            LeaseRequest request = LeaseRequest.of("a").withResources("r");
            assertThatThrownBy(() -> leases.acquire(request).get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(NoClassDefFoundError.class);
            store.awaitFree("a");
            assertThat(leases.held()).isEmpty();
        }
    }

    @Test
    void aTickIsKeptToTheMillisecondAndOfAYearThatEveryStoreKnows() {
        Instant planned = Instant.parse("2026-01-01T00:00:00.001Z");
        assertThat(LeaseRequest.of("a").withTick(planned.plusNanos(999_999)).tick())
                .isEqualTo(planned);
        assertThatThrownBy(() -> LeaseRequest.of("a").withTick(Instant.MAX))
                .hasMessage("tick must be of the years 1 to 9999 but was " + Instant.MAX);
    }

    private static void callQuietly(Callable<?> task) {
        try {
            Object unused = task.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
