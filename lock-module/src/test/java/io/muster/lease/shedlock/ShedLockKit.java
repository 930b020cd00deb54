package io.muster.lease.shedlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Eventually;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseView;
import io.muster.lease.Leases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.LockException;
import net.javacrumbs.shedlock.test.support.AbstractExtensibleLockProviderIntegrationTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * ShedLock's own tests of lock providers. Two of them let a lock run out on the thread that waits for it, which is interrupted
 * here; they are replaced by what is promised instead. Each test has a thread of its own, because some never unlock.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ShedLockKit extends AbstractExtensibleLockProviderIntegrationTest {
    /** Nothing here waits for it. */
    static final Duration TTL = Duration.ofMinutes(1);

    private Leases leases;
    private LeaseLockProvider provider;

    abstract LeaseStore store() throws SQLException;

    /** Lets that much time pass for all leases of the store, or makes it as if it had. */
    abstract void pass(Duration time) throws SQLException;

    @BeforeEach
    void open() throws SQLException {
        leases = Leases.open(store(), LeaseSettings.defaults("kit").withTtl(TTL));
        provider = new LeaseLockProvider(leases);
    }

    @AfterEach
    void close() {
        leases.close();
    }

    @Override
    protected ExtensibleLockProvider getLockProvider() {
        return provider;
    }

    @Override
    protected void assertUnlocked(String lockName) {
        assertThat(leases.inspect(lockName).filter(LeaseView::live)).isEmpty();
    }

    @Override
    protected void assertLocked(String lockName) {
        assertThat(leases.inspect(lockName).filter(LeaseView::live)).isPresent();
    }

    @Override
    @Test
    public void shouldTimeout() {
        SimpleLock lock = lockOnAThreadThatEnds(Duration.ofSeconds(2));
        awaitNothingHeld();
        assertLocked(LOCK_NAME1);
        passQuietly(TTL);

        assertUnlocked(LOCK_NAME1);
        SimpleLock next = provider.lock(lockConfig(LOCK_NAME1)).orElseThrow();
        assertThatThrownBy(lock::unlock).isInstanceOf(LockException.class);
        assertLocked(LOCK_NAME1);
        next.unlock();
        assertUnlocked(LOCK_NAME1);
    }

    @Override
    @Test
    public void shouldNotBeAbleToExtendExpiredLock() {
        SimpleLock lock = provider.lock(lockConfig(LOCK_NAME1, Duration.ofSeconds(2), Duration.ZERO))
                .orElseThrow();
        awaitInterrupt();

        assertThat(lock.extend(Duration.ofSeconds(10), Duration.ZERO)).isEmpty();
        assertThatThrownBy(lock::unlock).isInstanceOf(LockException.class).hasMessageContaining("MAX_HOLD");
        assertUnlocked(LOCK_NAME1);
    }

    private SimpleLock lockOnAThreadThatEnds(Duration atMost) {
        CompletableFuture<SimpleLock> lock = new CompletableFuture<>();
        new Thread(() -> lock.complete(provider.lock(lockConfig(LOCK_NAME1, atMost, Duration.ZERO))
                        .orElseThrow()))
                .start();
        return lock.join();
    }

    private void awaitNothingHeld() {
        try {
            Eventually.holds("nothing is held", () -> leases.held().isEmpty());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitInterrupt() {
        assertThatThrownBy(() -> TimeUnit.SECONDS.sleep(60)).isInstanceOf(InterruptedException.class);
    }

    private void passQuietly(Duration time) {
        try {
            pass(time);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
