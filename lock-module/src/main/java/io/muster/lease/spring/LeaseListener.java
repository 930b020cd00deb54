package io.muster.lease.spring;

import io.muster.lease.LeaseEvent;
import io.muster.lease.StaleFenceException;

/**
 * A bean that hears what happens to this process's leases, before the application's {@code @EventListener} methods do. It must
 * not depend on {@link io.muster.lease.Leases}, which need it.
 */
@FunctionalInterface
public interface LeaseListener {
    /** Called for each event, one after the other, on a thread that does nothing else. */
    void on(LeaseEvent event);

    /** Called on the thread of an annotated method's work that failed because a resource refused its token. */
    default void refused(StaleFenceException refusal) {}
}
