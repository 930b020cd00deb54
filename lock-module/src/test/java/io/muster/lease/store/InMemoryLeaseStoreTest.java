package io.muster.lease.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InMemoryLeaseStoreTest extends LeaseStoreContract {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    // Soon before it wraps.
    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofMinutes(5).toNanos());
    private final LeaseStore store = new InMemoryLeaseStore(nanos::get, NOW);

    @Override
    protected LeaseStore store() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void aLaterProcessBeginsAboveTheTokensOfAnEarlierOne() {
        LeaseKey last = new LeaseKey("a", 1);
        for (int i = 0; i < 100; i++) {
            last = granted(await(store.acquire(request("a" + i, "h", UUID.randomUUID(), null))));
        }
        LeaseStore next = new InMemoryLeaseStore(nanos::get, NOW.plusMillis(1));

        assertThat(granted(await(next.acquire(request("a", "h", UUID.randomUUID(), null))))
                        .token())
                .isGreaterThan(last.token());
    }

    @Test
    void tokensFitIntoADoubleForTwentyYears() {
        assertThat(TokenEpoch.ofMillisecond(Instant.parse("2047-06-06T23:59:59.999Z")))
                .isLessThan(LeaseStore.MAX_TOKEN - 1000);
        assertThatThrownBy(() -> TokenEpoch.ofDay(Instant.parse("2047-06-07T00:00:00Z")))
                .hasMessageContaining("2047-06-07T");
        assertThatThrownBy(() -> TokenEpoch.ofDay(Instant.parse("1970-01-01T00:00:00Z")))
                .hasMessageContaining("1970");
    }

    @Test
    void theTableForgetsWhatIsOverButNoTokenAndNoTick() {
        LeaseTable table = new LeaseTable(0, 0, 3);
        LeaseKey live = granted(table.acquire(request("live", "h", UUID.randomUUID(), null), 1));
        LeaseKey ticked = granted(table.acquire(request("ticked", "h", UUID.randomUUID(), NOW), 1));
        assertThat(table.release(ticked, NOW, 1)).isTrue();
        LeaseKey over = granted(table.acquire(request("over", "h", UUID.randomUUID(), null), 1));
        assertThat(table.release(over, null, 1)).isTrue();

        LeaseKey another = granted(table.acquire(request("another", "h", UUID.randomUUID(), null), 1));

        assertThat(another.token()).isGreaterThan(over.token());
        assertThat(table.inspect("over", 1)).isEmpty();
        assertThat(table.inspect("ticked", 1)).isPresent();
        assertThat(table.renew(List.of(live), 1)).containsExactly(live);
        assertThatThrownBy(() -> table.acquire(request("more", "h", UUID.randomUUID(), null), 1))
                .hasMessageContaining("3 leases at most")
                .hasMessageContaining("more");
    }

    @Test
    void theTablesClockDoesNotGoBack() {
        LeaseTable table = new LeaseTable(0, 0, 3);
        LeaseKey key = granted(table.acquire(request("a", "h", UUID.randomUUID(), null), 0));
        assertThat(table.inspect("a", TTL.toNanos()).orElseThrow().live()).isFalse();

        assertThat(table.renew(List.of(key), TTL.toNanos() - 1)).isEmpty();
        assertThat(table.clock()).isEqualTo(TTL.toNanos());
    }
}
