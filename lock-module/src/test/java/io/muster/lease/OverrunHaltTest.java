package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.LeaseSettings.OverrunPolicy;
import io.muster.lease.store.InMemoryLeaseStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A real process whose work ignores that its lease is lost. */
class OverrunHaltTest {
    @Test
    void theProcessIsHaltedThoughItsWorkAndItsListenerHang() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Stubborn.class.getName())
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("it ended").isTrue();
            assertThat(process.exitValue()).isEqualTo(70);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The process. */
    static final class Stubborn {
        public static void main(String[] arguments) {
            LeaseSettings settings = LeaseSettings.defaults("stubborn")
                    .withTtl(Duration.ofSeconds(15))
                    .withOverrun(Duration.ofMillis(200), OverrunPolicy.HALT);
            Runtime.getRuntime().addShutdownHook(new Thread(Stubborn::hang));
            InMemoryLeaseStore store = new InMemoryLeaseStore();
            Leases leases = Leases.open(store, settings, List.of(), event -> hang());
            Lease lease = leases.tryAcquire("a").orElseThrow();
            lease.run(() -> {
                if (!leases.forceRelease("a")) {
                    throw new IllegalStateException("not held");
                }
                hang();
            });
        }

        private static void hang() {
            while (true) {
                LockSupport.parkNanos(1_000_000);
                boolean unused = Thread.interrupted();
            }
        }
    }
}
