package io.muster.lease.shedlock;

import io.muster.lease.Lease;
import io.muster.lease.LeaseScope;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.LockException;

/** A lease, and the work of the thread that took it. Thread-safe; valid until it is unlocked or extended. */
final class LeaseLock implements SimpleLock {
    private final Lease lease;
    private final LeaseScope scope;
    private final AtomicBoolean used = new AtomicBoolean();

    LeaseLock(Lease lease, LeaseScope scope) {
        this.lease = lease;
        this.scope = scope;
    }

    @Override
    public void unlock() {
        use();
        scope.close();
        boolean over = lease.release().filter(live -> !live).isPresent();
        if (over || lease.loss().isPresent()) {
            throw new LockException("lock \"" + lease.name() + "\" with token " + lease.fencingToken()
                    + " was lost before it was unlocked (" + lease.loss().orElse(Lease.Loss.REVOKED)
                    + "); others may have held it meanwhile");
        }
    }

    /** One that cannot be extended can still be unlocked: its thread works under the lease until then. */
    @Override
    public Optional<SimpleLock> extend(Duration lockAtMostFor, Duration lockAtLeastFor) {
        Duration atLeast = LeaseLockProvider.checked(lockAtMostFor, lockAtLeastFor);
        use();
        if (!lease.holdAtMost(lockAtMostFor)) {
            used.set(false);
            return Optional.empty();
        }
        lease.holdAtLeast(atLeast);
        return Optional.of(new LeaseLock(lease, scope));
    }

    private void use() {
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("lock \"" + lease.name() + "\" has already been unlocked or extended");
        }
    }
}
