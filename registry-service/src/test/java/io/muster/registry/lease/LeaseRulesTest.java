package io.muster.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Grant;
import io.muster.lease.LeaseStore.LeaseKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * The registry decides as every other store does: each command gets the answer of the table that stands behind the store in
 * memory, whatever the order of commands and stamps. Less time passes than after which the registry forgets.
 */
class LeaseRulesTest {
    private static final int MAX_NAMES = 6;
    private static final long FIRST_TOKEN = 700L << 40;
    private static final int STEPS = 500;
    private static final long MAX_STEP_NANOS = TimeUnit.SECONDS.toNanos(6);

    private final LeaseTable registry = new LeaseTable(MAX_NAMES);
    private final io.muster.lease.store.LeaseTable reference =
            new io.muster.lease.store.LeaseTable(FIRST_TOKEN, 0, MAX_NAMES);
    private final List<LeaseKey> keys = new ArrayList<>(List.of(new LeaseKey("n0", 1)));
    private Random random = new Random();
    private long stamp;

    @RepeatedTest(300)
    void everyAnswerIsThatOfTheOtherStores(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
            // A new leader's stamps may be behind those of the former one.
            stamp += (long) (random.nextDouble() * random.nextDouble() * MAX_STEP_NANOS) - MAX_STEP_NANOS / 20;
            step("seed " + seed + ", step " + i);
        }
        assertThat(registry.lastToken()).as("seed %d", seed).isEqualTo(reference.lastToken());
        assertThat(registry.clock()).as("seed %d", seed).isLessThan(LeaseTable.KEEP_NANOS);
    }

    private void step(String where) {
        String name = "n" + random.nextInt(8);
        LeaseKey key = keys.get(Math.max(0, keys.size() - 1 - random.nextInt(6)));
        Long tick = random.nextBoolean() ? null : (Long) (long) random.nextInt(50);
        switch (random.nextInt(9)) {
            case 0, 1, 2, 3 -> acquire(where, name, tick);
            case 4 -> renew(where, List.of(key, keys.get(random.nextInt(keys.size()))));
            case 5 -> release(where, key, tick);
            case 6 -> releaseLater(where, key, tick);
            case 7 -> forceRelease(where, name);
            default -> inspect(where, name);
        }
    }

    private void acquire(String where, String name, @Nullable Long tick) {
        String holder = "h" + random.nextInt(3);
        UUID id = new UUID(0, random.nextInt(40));
        long ttl = 100L + random.nextInt(9_000);
        LeaseOutcome outcome = apply(new LeaseCommand.Acquire(name, holder, id, ttl, tick));
        Grant grant;
        try {
            grant = reference.acquire(
                    new AcquireRequest(name, holder, id, Duration.ofMillis(ttl), instant(tick)), stamp);
        } catch (IllegalStateException e) {
            assertThat(outcome).as(where).isInstanceOf(LeaseOutcome.Full.class);
            return;
        }
        assertThat(grant(outcome)).as(where).isEqualTo(grant);
        if (grant instanceof Grant.Granted granted) {
            keys.add(granted.key());
        }
    }

    private void renew(String where, List<LeaseKey> asked) {
        LeaseOutcome outcome = apply(
                new LeaseCommand.Renew(asked.stream().map(LeaseRulesTest::key).toList()));
        Set<LeaseKey> renewed = new LinkedHashSet<>();
        if (outcome instanceof LeaseOutcome.Renewed answer) {
            answer.keys().forEach(key -> renewed.add(new LeaseKey(key.name(), key.token())));
        }
        assertThat(renewed).as(where).isEqualTo(reference.renew(asked, stamp));
    }

    private void release(String where, LeaseKey key, @Nullable Long tick) {
        assertThat(apply(new LeaseCommand.Release(key(key), 0, tick)))
                .as(where)
                .isEqualTo(new LeaseOutcome.Ended(reference.release(key, instant(tick), stamp)));
    }

    private void releaseLater(String where, LeaseKey key, @Nullable Long tick) {
        long rest = 1L + random.nextInt(12_000);
        assertThat(apply(new LeaseCommand.Release(key(key), rest, tick)))
                .as(where)
                .isEqualTo(new LeaseOutcome.Ended(
                        reference.releaseLater(key, Duration.ofMillis(rest), instant(tick), stamp)));
    }

    private void forceRelease(String where, String name) {
        assertThat(apply(new LeaseCommand.ForceRelease(name, "operator")))
                .as(where)
                .isEqualTo(new LeaseOutcome.Ended(reference.forceRelease(name, stamp)));
    }

    private void inspect(String where, String name) {
        StoredLease found = ((LeaseOutcome.Found) apply(new LeaseCommand.Inspect(name))).lease();
        LeaseStore.LeaseView expected = reference.inspect(name, stamp).orElse(null);
        assertThat(found == null ? null : view(found)).as(where).isEqualTo(expected);
    }

    private LeaseOutcome apply(LeaseCommand command) {
        return registry.apply(command, stamp, FIRST_TOKEN, event -> {});
    }

    private static LeaseStore.LeaseView view(StoredLease lease) {
        return new LeaseStore.LeaseView(
                lease.name(),
                lease.holder(),
                lease.token(),
                Duration.ofNanos(lease.remainingNanos()),
                instant(lease.completedMillis()));
    }

    private static Grant grant(LeaseOutcome outcome) {
        if (outcome instanceof LeaseOutcome.Granted granted) {
            return new Grant.Granted(
                    new LeaseKey(granted.key().name(), granted.key().token()));
        }
        if (outcome instanceof LeaseOutcome.Held held) {
            return new Grant.Held(held.holder(), Duration.ofNanos(held.atMostNanos()));
        }
        return new Grant.AlreadyRan(Instant.ofEpochMilli(((LeaseOutcome.AlreadyRan) outcome).completedMillis()));
    }

    private static LeaseCommand.Key key(LeaseKey key) {
        return new LeaseCommand.Key(key.name(), key.token());
    }

    private static @Nullable Instant instant(@Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
