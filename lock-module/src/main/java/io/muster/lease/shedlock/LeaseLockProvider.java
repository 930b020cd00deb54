package io.muster.lease.shedlock;

import io.muster.lease.Lease;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseScope;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.LockException;

/**
 * ShedLock's locks as leases, over any store: who uses {@code @SchedulerLock} changes one bean.
 *
 * <pre>{@code
 * @Bean
 * LockProvider lockProvider(Leases leases) {
 *     return new LeaseLockProvider(leases, name -> name.equals("close-month") ? Set.of("invoices") : Set.of());
 * }
 * }</pre>
 *
 * <p>The thread that takes a lock works under its lease until it unlocks, as in {@link Lease#call}:
 * {@link io.muster.lease.LeaseContext#current} answers the lease, a guarded data source checks its token, and the thread is
 * interrupted when the lease is lost.
 *
 * <ul>
 * <li>{@code lockAtMostFor} is the lease's {@code maxHold}: after it the lease is lost, even if it could be renewed. Until
 *     then it is renewed; the TTL is that of the settings, so a crashed holder is followed within the TTL, not within
 *     {@code lockAtMostFor}. Others get it when the interrupted thread unlocks, at the latest a TTL after the loss.
 * <li>{@code lockAtLeastFor} is kept by the store once the lock is unlocked: no thread waits for it, and it holds when this
 *     process stops. It is counted from when the lock was taken, by monotonic clocks.
 * <li>{@code unlock} throws a {@link LockException} when the lease was lost before: others may have run meanwhile. When the
 *     store does not answer within a sixth of the TTL, it goes on trying in the background.
 * <li>{@code extend} counts both times from now on, and answers empty when the lease is not held any more.
 * </ul>
 *
 * <p>Lock and unlock on the same thread, as ShedLock's executors do. An unlock by another thread gives the lease back; the
 * writes of the thread that locked are refused then. Thread-safe.
 */
public final class LeaseLockProvider implements ExtensibleLockProvider {
    private final Leases leases;
    private final Function<String, Set<String>> resources;

    /** Locks without declared resources: their token is there, and nothing is guarded by itself. */
    public LeaseLockProvider(Leases leases) {
        this(leases, name -> Set.of());
    }

    /**
     * Locks with declared resources.
     *
     * @param resources of a lock, by its name; empty for none
     */
    public LeaseLockProvider(Leases leases, Function<String, Set<String>> resources) {
        this.leases = leases;
        this.resources = resources;
    }

    /**
     * {@inheritDoc}
     *
     * @throws LockException if the store or a fence failed, too many leases are held, or all is closed; nothing is locked
     * @throws IllegalArgumentException if the name is longer than 200 characters, a time is out of range, or there are
     *     resources and no fence for them
     */
    @Override
    public Optional<SimpleLock> lock(LockConfiguration configuration) {
        String name = configuration.getName();
        Duration atLeast = checked(configuration.getLockAtMostFor(), configuration.getLockAtLeastFor());
        LeaseRequest request =
                new LeaseRequest(name, null, configuration.getLockAtMostFor(), resources.apply(name), null);
        try {
            return leases.tryAcquire(request).map(lease -> begun(lease, atLeast));
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new LockException("lock \"" + name + "\" was not taken: " + e.getMessage(), e);
        }
    }

    private static SimpleLock begun(Lease lease, Duration atLeast) {
        LeaseScope scope;
        try {
            scope = lease.enter();
        } catch (RuntimeException e) {
            lease.close();
            throw e;
        }
        lease.holdAtLeast(atLeast);
        return new LeaseLock(lease, scope);
    }

    /** Answers how long at least, zero if that is negative. */
    static Duration checked(Duration atMost, Duration atLeast) {
        if (atMost.isZero() || atMost.isNegative()) {
            throw new IllegalArgumentException("lockAtMostFor must be positive but was " + atMost);
        }
        if (atLeast.compareTo(atMost) > 0 || atLeast.compareTo(LeaseStore.MAX_REST) > 0) {
            throw new IllegalArgumentException("lockAtLeastFor must be at most lockAtMostFor (" + atMost + ") and "
                    + LeaseStore.MAX_REST + " but was " + atLeast);
        }
        return atLeast.isNegative() ? Duration.ZERO : atLeast;
    }
}
