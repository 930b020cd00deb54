package io.muster.lease.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Durability;
import io.muster.lease.LeaseStore.Grant;
import io.muster.lease.LeaseStore.Grant.AlreadyRan;
import io.muster.lease.LeaseStore.Grant.Granted;
import io.muster.lease.LeaseStore.Grant.Held;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.LeaseStore.LeaseView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store keeps. A store's test extends this, and says what its store is and how its time passes. */
public abstract class LeaseStoreContract {
    /** Long enough that nothing expires by itself while a test runs. */
    protected static final Duration TTL = Duration.ofMinutes(10);

    private static final Instant TICK = Instant.parse("2026-01-01T03:00:00Z");

    /** Other tests' leases may be in the same store. */
    private String name = "";

    /** The store, ready for use. */
    protected abstract LeaseStore store();

    /** Lets that much time pass for all leases of the store, or makes it as if it had. */
    protected abstract void pass(Duration time);

    /** Waits for what a store answers. */
    protected static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @BeforeEach
    void chooseName() {
        name = "contract " + UUID.randomUUID();
    }

    @Test
    void aLeaseHasOneHolderUntilItIsReleased() {
        LeaseKey first = granted(ask("a"));

        Held held = held(ask("b"));
        assertThat(held.holder()).isEqualTo("a");
        assertThat(held.atMost()).isBetween(Duration.ofMinutes(9), TTL);

        assertThat(await(store().release(first, null))).isTrue();
        assertThat(granted(ask("b")).token()).isGreaterThan(first.token());
    }

    @Test
    void aLeaseThatIsNotRenewedExpires() {
        LeaseKey first = granted(ask("a"));
        pass(TTL.minusMinutes(1));
        held(ask("b"));
        pass(Duration.ofMinutes(1).plusSeconds(1));

        LeaseKey second = granted(ask("b"));

        assertThat(second.token()).isGreaterThan(first.token());
        assertThat(await(store().renew(List.of(first)))).isEmpty();
        assertThat(await(store().release(first, null))).isFalse();
        held(ask("c"));
    }

    @Test
    void aRenewalGivesTheFullTtlFromNowOn() {
        LeaseKey key = granted(ask("a"));
        pass(TTL.minusMinutes(1));
        assertThat(await(store().renew(List.of(key)))).containsExactly(key);
        pass(TTL.minusMinutes(1));

        assertThat(held(ask("b")).atMost()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(61));
        assertThat(await(store().renew(List.of(key)))).containsExactly(key);
    }

    @Test
    void whatHasExpiredIsNotRenewedEvenIfNobodyFollowed() {
        LeaseKey key = granted(ask("a"));
        pass(TTL.plusSeconds(1));

        assertThat(await(store().renew(List.of(key)))).isEmpty();
        assertThat(await(store().release(key, TICK))).isFalse();
        assertThat(view().orElseThrow().live()).isFalse();
        assertThat(view().orElseThrow().completed()).isNull();
    }

    @Test
    void aBatchIsRenewedOneByOne() {
        List<LeaseKey> keys = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            keys.add(granted(await(store().acquire(request(name + i, "a", UUID.randomUUID(), null)))));
        }
        assertThat(await(store().release(keys.get(7), null))).isTrue();
        LeaseKey wrongToken = new LeaseKey(keys.get(3).name(), keys.get(3).token() + 1);
        List<LeaseKey> asked = new ArrayList<>(keys);
        asked.set(3, wrongToken);
        asked.add(new LeaseKey(name + "unknown", 1));

        Set<LeaseKey> expected = new HashSet<>(keys);
        expected.remove(keys.get(3));
        expected.remove(keys.get(7));
        assertThat(await(store().renew(asked))).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(await(store().renew(List.of()))).isEmpty();
    }

    @Test
    void aRepeatedRequestIdGetsTheStoredGrantAndExtendsNothing() {
        UUID id = UUID.randomUUID();
        LeaseKey key = granted(await(store().acquire(request(name, "a", id, null))));
        pass(TTL.minusMinutes(2));

        assertThat(granted(await(store().acquire(request(name, "a", id, null)))))
                .isEqualTo(key);
        assertThat(view().orElseThrow().remaining()).isLessThan(Duration.ofMinutes(3));
    }

    @Test
    void aRequestIdOfAGrantThatIsOverGetsNothing() {
        UUID released = UUID.randomUUID();
        LeaseKey key = granted(await(store().acquire(request(name, "a", released, null))));
        assertThat(await(store().release(key, null))).isTrue();
        assertThat(held(await(store().acquire(request(name, "a", released, null))))
                        .atMost())
                .isZero();

        UUID expired = UUID.randomUUID();
        LeaseKey next = granted(await(store().acquire(request(name, "a", expired, null))));
        pass(TTL.plusSeconds(1));
        assertThat(held(await(store().acquire(request(name, "a", expired, null))))
                        .atMost())
                .isZero();
        assertThat(granted(ask("b")).token()).isGreaterThan(next.token());
    }

    @Test
    void aLeaseThatIsReleasedLaterKeepsTheOthersOutUntilThen() {
        LeaseKey key = granted(ask("a"));
        assertThat(await(store().releaseLater(key, TTL.multipliedBy(3), TICK))).isTrue();

        assertThat(held(ask("b")).holder()).isEqualTo("a");
        assertThat(held(ask("b")).atMost()).isBetween(TTL.multipliedBy(3).minusMinutes(1), TTL.multipliedBy(3));
        pass(TTL.multipliedBy(2));
        held(ask("b"));
        assertThat(view().orElseThrow().completed()).isEqualTo(TICK);
        pass(TTL.plusSeconds(1));
        LeaseKey next = granted(ask("b"));
        assertThat(next.token()).isGreaterThan(key.token());
        assertThat(await(store().releaseLater(key, TTL, null))).isFalse();
        assertThat(held(ask("c")).atMost()).isLessThanOrEqualTo(TTL);
    }

    @Test
    void aReleaseSoonShortensWhatIsLeft() {
        LeaseKey key = granted(ask("a"));
        assertThat(await(store().releaseLater(key, Duration.ofMinutes(1), null)))
                .isTrue();
        assertThat(held(ask("b")).atMost()).isLessThanOrEqualTo(Duration.ofMinutes(1));
        pass(Duration.ofSeconds(61));
        granted(ask("b"));
    }

    @Test
    void aTickRunsOnce() {
        LeaseKey key = granted(await(store().acquire(request(name, "a", UUID.randomUUID(), TICK))));
        assertThat(await(store().release(key, TICK))).isTrue();

        assertThat(askForTick(TICK)).isEqualTo(new AlreadyRan(TICK));
        assertThat(askForTick(TICK.minusMillis(1))).isEqualTo(new AlreadyRan(TICK));
        assertThat(view().orElseThrow().completed()).isEqualTo(TICK);

        LeaseKey later = granted(askForTick(TICK.plusMillis(1)));
        assertThat(await(store().release(later, null))).isTrue();
        assertThat(view().orElseThrow().completed()).isEqualTo(TICK);
        granted(ask("without a tick"));
    }

    @Test
    void aTickThatIsNotCompletedRunsAgain() {
        granted(askForTick(TICK));
        pass(TTL.plusSeconds(1));
        LeaseKey again = granted(askForTick(TICK));
        assertThat(await(store().release(again, null))).isTrue();
        granted(askForTick(TICK));
    }

    @Test
    void anOlderTickDoesNotHideALaterOne() {
        LeaseKey later = granted(askForTick(TICK));
        await(store().release(later, TICK));
        LeaseKey other = granted(ask("a"));
        await(store().release(other, TICK.minusSeconds(60)));

        assertThat(view().orElseThrow().completed()).isEqualTo(TICK);
    }

    @Test
    void aHeldLeaseIsRefusedBeforeItsTickIsLookedAt() {
        LeaseKey key = granted(askForTick(TICK));
        held(askForTick(TICK));
        await(store().release(key, TICK));
        assertThat(askForTick(TICK)).isInstanceOf(AlreadyRan.class);
    }

    @Test
    void anOperatorSeesAndEndsALease() {
        assertThat(view()).isEmpty();
        assertThat(await(store().forceRelease(name))).isFalse();

        LeaseKey key = granted(ask("a"));
        LeaseView view = view().orElseThrow();
        assertThat(view.holder()).isEqualTo("a");
        assertThat(view.token()).isEqualTo(key.token());
        assertThat(view.live()).isTrue();
        assertThat(view.remaining()).isBetween(Duration.ofMinutes(9), TTL);

        assertThat(await(store().forceRelease(name))).isTrue();
        assertThat(await(store().forceRelease(name))).isFalse();
        assertThat(view().orElseThrow().live()).isFalse();
        assertThat(await(store().renew(List.of(key)))).isEmpty();
        assertThat(granted(ask("b")).token()).isGreaterThan(key.token());
    }

    @Test
    void namesAndHoldersAreWhatTheyAre() {
        String odd = "it's \"odd\" {名前} %_\\ ü 🙂 " + UUID.randomUUID();
        String upper = odd.toUpperCase(Locale.ROOT);
        LeaseKey key = granted(await(store().acquire(request(odd, odd, UUID.randomUUID(), null))));

        assertThat(key.name()).isEqualTo(odd);
        assertThat(await(store().renew(List.of(key)))).containsExactly(key);
        assertThat(held(await(store().acquire(request(odd, "b", UUID.randomUUID(), null))))
                        .holder())
                .isEqualTo(odd);
        granted(await(store().acquire(request(upper, "b", UUID.randomUUID(), null))));
        granted(await(store().acquire(request(odd + " ", "b", UUID.randomUUID(), null))));
        String longest = "x".repeat(163) + "-" + UUID.randomUUID();
        assertThat(longest).hasSize(200);
        assertThat(granted(await(store().acquire(request(longest, longest, UUID.randomUUID(), null))))
                        .name())
                .isEqualTo(longest);
    }

    @Test
    void manyWhoAskAtOnceGetOneLeaseAndRisingTokens() {
        long last = 0;
        for (int round = 0; round < 10; round++) {
            List<CompletionStage<Grant>> asked = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asked.add(store().acquire(request(name, "h" + i, UUID.randomUUID(), null)));
            }
            List<LeaseKey> winners = asked.stream()
                    .map(LeaseStoreContract::await)
                    .filter(Granted.class::isInstance)
                    .map(grant -> ((Granted) grant).key())
                    .toList();
            assertThat(winners).as("round %d", round).hasSize(1);
            assertThat(winners.get(0).token()).isGreaterThan(last);
            last = winners.get(0).token();
            assertThat(await(store().release(winners.get(0), null))).isTrue();
        }
    }

    @Test
    void theSameRequestAtOnceIsOneGrant() {
        UUID id = UUID.randomUUID();
        List<CompletionStage<Grant>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(store().acquire(request(name, "a", id, null)));
        }
        assertThat(asked.stream().map(stage -> granted(await(stage)))).containsOnly(granted(await(asked.get(0))));
    }

    @Test
    void itSaysWhatItPromises() {
        assertThat(store().traits().minTtl()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
        assertThat(store().traits().minTtlReason()).isNotBlank();
        assertThat(store().traits().durability()).isIn((Object[]) Durability.values());
        assertThat(granted(ask("a")).token()).isGreaterThan(1L << 40);
    }

    private Grant ask(String holder) {
        return await(store().acquire(request(name, holder, UUID.randomUUID(), null)));
    }

    private Grant askForTick(Instant tick) {
        return await(store().acquire(request(name, "a", UUID.randomUUID(), tick)));
    }

    private Optional<LeaseView> view() {
        return await(store().inspect(name));
    }

    /** A request for a lease of {@link #TTL}. */
    protected static AcquireRequest request(String name, String holder, UUID id, @Nullable Instant tick) {
        return new AcquireRequest(name, holder, id, TTL, tick);
    }

    /** The grant's key; fails when there is none. */
    protected static LeaseKey granted(Grant grant) {
        assertThat(grant).isInstanceOf(Granted.class);
        return ((Granted) grant).key();
    }

    /** The refusal; fails when there is none. */
    protected static Held held(Grant grant) {
        assertThat(grant).isInstanceOf(Held.class);
        return (Held) grant;
    }
}
