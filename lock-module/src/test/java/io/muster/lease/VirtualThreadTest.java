package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.muster.lease.store.InMemoryLeaseStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Work on virtual threads, where there are some: on Java 21 and newer. */
class VirtualThreadTest {
    @Test
    void workOnAVirtualThreadIsBoundAndInterrupted() throws Exception {
        assumeThat(Runtime.version().feature()).as("Java with virtual threads").isGreaterThanOrEqualTo(21);
        ExecutorService executor = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        LeaseSettings settings = LeaseSettings.defaults("virtual").withTtl(Duration.ofSeconds(15));
        try (Leases leases = Leases.open(new InMemoryLeaseStore(), settings)) {
            Lease lease = leases.tryAcquire("a").orElseThrow();
            CompletableFuture<Lease> bound = new CompletableFuture<>();
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            var unused = executor.submit(() -> {
                try {
                    lease.call(() -> {
                        bound.complete(LeaseContext.current());
                        return new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                    });
                } catch (LeaseLostException e) {
                    boolean clean = !Thread.currentThread().isInterrupted();
                    return interrupted.complete(clean && e.getCause() instanceof InterruptedException);
                }
                return interrupted.complete(false);
            });
            assertThat(bound.get(60, TimeUnit.SECONDS)).isSameAs(lease);
            assertThat(leases.forceRelease("a")).isTrue();

            assertThat(interrupted.get(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            executor.shutdownNow();
        }
    }
}
