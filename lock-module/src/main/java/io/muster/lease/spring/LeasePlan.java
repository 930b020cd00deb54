package io.muster.lease.spring;

import io.muster.lease.LeaseRequest;
import org.jspecify.annotations.Nullable;

/**
 * What an annotated method asks for.
 *
 * @param request without its tick
 * @param leader whether it is the leader of a role that may run, rather than who gets the lease for this call
 * @param ticks the method's planned times; null when it runs for each call
 * @param skipped what a skipped call answers
 */
record LeasePlan(
        LeaseRequest request,
        boolean leader,
        @Nullable CronTicks ticks,
        @Nullable Object skipped) {}
