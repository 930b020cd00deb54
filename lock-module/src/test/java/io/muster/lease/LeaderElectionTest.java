package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.LeaseEvent.Deposed;
import io.muster.lease.LeaseEvent.Elected;
import io.muster.lease.guard.InMemoryFence;
import io.muster.lease.store.FaultyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Elections on real threads; that a dead leader is followed in time stands in the simulation. */
@Timeout(180)
class LeaderElectionTest {
    private static final Duration TTL = Duration.ofSeconds(8);
    private static final LeaseRequest ROLE = LeaseRequest.of("reports").withResources("reports");

    private final FaultyStore store = new FaultyStore();
    private final InMemoryFence fence = new InMemoryFence();
    private final BlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();
    private final Leases first = open("first");
    private final Leases second = open("second");

    private Leases open(String holder) {
        LeaseSettings settings = LeaseSettings.defaults(holder).withTtl(TTL);
        return Leases.open(store, settings, List.of(fence), event -> {
            if (event instanceof Elected || event instanceof Deposed) {
                events.add(event);
            }
        });
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Test
    void aLeaderThatLeavesIsFollowedWithALargerToken() throws Exception {
        LeaderElection one = first.elect(ROLE);
        Lease old = elected("first");
        LeaderElection other = second.elect(ROLE);
        assertThat(one.lease()).contains(old);

        one.close();

        assertThat(one.isLeader()).isFalse();
        // What the one and the other are told comes in no order.
        List<LeaseEvent> told = List.of(next(LeaseEvent.class), next(LeaseEvent.class));
        assertThat(only(told, Deposed.class).lease()).isSameAs(old);
        Lease following = only(told, Elected.class).lease();
        assertThat(following.holder()).isEqualTo("second");
        assertThat(other.lease()).contains(following);
        assertThat(following.fencingToken()).isGreaterThan(old.fencingToken());
        assertThatThrownBy(() -> fence.raise("reports", old.fencingToken())).isInstanceOf(StaleFenceException.class);

        second.close();
        assertThat(next(Deposed.class).lease()).isSameAs(following);
        assertThat(events).isEmpty();
        store.awaitFree("reports");
    }

    @Test
    void aDeposedLeaderRunsAgainOnceItsWorkHasEnded() throws Exception {
        LeaderElection election = first.elect(ROLE);
        Lease old = elected("first");
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        Thread worker = new Thread(() -> old.run(() -> {
            begun.countDown();
            while (!stop.get()) {
                LockSupport.parkNanos(1_000_000);
                boolean unused = Thread.interrupted();
            }
        }));
        worker.start();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(first.forceRelease("reports")).isTrue();

        assertThat(next(Deposed.class).lease()).isSameAs(old);
        assertThat(election.isLeader()).isFalse();
        // A third of the TTL is a look at the work.
        assertThat(events.poll(3, TimeUnit.SECONDS)).isNull();
        stop.set(true);
        assertThat(elected("first").fencingToken()).isGreaterThan(old.fencingToken());
    }

    @Test
    void itGoesOnAskingWhenTheStoreOrAFenceFails() throws Exception {
        fence.raise("reports", LeaseStore.MAX_TOKEN);
        LeaderElection election = first.elect(ROLE);
        assertThat(events.poll(1, TimeUnit.SECONDS)).isNull();
        assertThat(election.isLeader()).isFalse();

        store.hang();
        LeaderElection other = second.elect(LeaseRequest.of("other"));
        assertThat(events.poll(2, TimeUnit.SECONDS)).isNull();
        store.heal();
        assertThat(elected("second").name()).isEqualTo("other");
        assertThat(other.role()).isEqualTo("other");
    }

    @Test
    void aLeaderWhoseLeaseIsClosedStepsDownAndRunsAgain() throws Exception {
        LeaderElection election = first.elect(ROLE);
        Lease old = elected("first");

        old.close();

        assertThat(next(Deposed.class).lease()).isSameAs(old);
        Lease again = elected("first");
        assertThat(again.fencingToken()).isGreaterThan(old.fencingToken());
        assertThat(election.lease()).contains(again);
    }

    @Test
    void itGoesOnAskingAfterAnErrorOfAFence() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        Fence failing = (resource, token) -> {
            if (broken.getAndSet(false)) {
                throw new NoClassDefFoundError("as if");
            }
        };
        LeaseSettings settings = LeaseSettings.defaults("third").withTtl(TTL);
        try (Leases third = Leases.open(store, settings, List.of(failing), event -> {
            if (event instanceof Elected) {
                events.add(event);
            }
        })) {
            LeaderElection election = third.elect(LeaseRequest.of("failing").withResources("r"));
            assertThat(elected("third").name()).isEqualTo(election.role());
        }
    }

    @Test
    void anElectionHasNoTick() {
        assertThatThrownBy(() -> first.elect(ROLE.withTick(Instant.EPOCH))).hasMessageContaining("tick");
    }

    private Lease elected(String holder) throws InterruptedException {
        Lease lease = next(Elected.class).lease();
        assertThat(lease.holder()).isEqualTo(holder);
        return lease;
    }

    private static <T extends LeaseEvent> T only(List<LeaseEvent> told, Class<T> type) {
        List<T> found = told.stream().filter(type::isInstance).map(type::cast).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private <T extends LeaseEvent> T next(Class<T> type) throws InterruptedException {
        LeaseEvent event = events.poll(60, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }
}
