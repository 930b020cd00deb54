package io.muster.lease;

import io.muster.lease.guard.InMemoryFence;
import io.muster.lease.store.FaultyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Leases on real threads and the real clock, over a store that can fail, and what was told of them. */
abstract class OpenLeases {
    /** Of which a test may lose half to a busy machine. */
    static final Duration TTL = Duration.ofSeconds(8);

    final FaultyStore store = new FaultyStore();
    final BlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();
    final InMemoryFence fence = new InMemoryFence();
    final Leases leases = open(settings());

    static LeaseSettings settings() {
        return LeaseSettings.defaults("test").withTtl(TTL);
    }

    Leases open(LeaseSettings settings) {
        return Leases.open(store, settings, List.of(fence), events::add);
    }

    @AfterEach
    void close() {
        leases.close();
    }

    <T extends LeaseEvent> T awaitEvent(Class<T> type) {
        try {
            while (true) {
                LeaseEvent event = events.poll(60, TimeUnit.SECONDS);
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

    static void awaitQuietly(CountDownLatch latch) {
        try {
            boolean unused = latch.await(120, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
