package io.muster.lease.shedlock;

import io.muster.lease.LeaseStore;
import io.muster.lease.store.InMemoryLeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

class InMemoryShedLockKitTest extends ShedLockKit {
    private final AtomicLong passed = new AtomicLong();

    @Override
    LeaseStore store() {
        return new InMemoryLeaseStore(() -> System.nanoTime() + passed.get(), Instant.now());
    }

    @Override
    void pass(Duration time) {
        passed.addAndGet(time.toNanos());
    }
}
