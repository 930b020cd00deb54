package io.muster.lease.spring;

/** How often the work of a {@link Leased} method is done. */
public enum OncePer {
    /** Each call that gets the lease does it: processes that each have a schedule do it one after the other. */
    CALL,
    /**
     * It is done once for each planned time of the method's {@code @Scheduled(cron = …)}, whichever process comes first: the
     * time is kept in the lease's record when the work has ended without an exception, and a call for it or an earlier
     * one is skipped then, however different the processes' clocks are. A method that is called by hand stands for the latest
     * planned time that is over. All processes need the same expression and zone.
     */
    TICK
}
