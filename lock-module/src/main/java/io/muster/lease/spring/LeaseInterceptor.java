package io.muster.lease.spring;

import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseRequest;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs an annotated method under its lease, or skips it. Thread-safe. */
final class LeaseInterceptor implements MethodInterceptor {
    private static final Logger log = LoggerFactory.getLogger(LeaseInterceptor.class);

    private final LeasePlans plans;
    private final Supplier<Leases> leases;
    private final Supplier<LeaderElections> elections;
    private final Consumer<StaleFenceException> refusals;
    private final Supplier<Instant> now;

    /**
     * The suppliers are asked at each call, not before.
     *
     * @param refusals hears of work that failed because a resource refused its token
     * @param now the time of day
     */
    LeaseInterceptor(
            LeasePlans plans,
            Supplier<Leases> leases,
            Supplier<LeaderElections> elections,
            Consumer<StaleFenceException> refusals,
            Supplier<Instant> now) {
        this.plans = plans;
        this.leases = leases;
        this.elections = elections;
        this.refusals = refusals;
        this.now = now;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Class<?> type = target == null ? invocation.getMethod().getDeclaringClass() : target.getClass();
        LeasePlan plan = plans.find(invocation.getMethod(), type);
        if (plan == null) {
            return invocation.proceed();
        }
        return plan.leader() ? asLeader(plan, invocation) : leased(plan, invocation);
    }

    private @Nullable Object asLeader(LeasePlan plan, MethodInvocation invocation) throws Throwable {
        Optional<Lease> lease = elections.get().lease(plan.request());
        if (lease.isEmpty()) {
            log.debug("{} is skipped: another process leads", invocation.getMethod());
            return plan.skipped();
        }
        return work(lease.get(), invocation);
    }

    private @Nullable Object leased(LeasePlan plan, MethodInvocation invocation) throws Throwable {
        String name = plan.request().name();
        if (LeaseContext.leases().stream().anyMatch(lease -> lease.name().equals(name))) {
            throw new IllegalStateException(invocation.getMethod() + " wants lease \"" + name
                    + "\", under which this thread works already; a lease is not re-entrant");
        }
        Optional<Lease> acquired = leases.get().tryAcquire(request(plan));
        if (acquired.isEmpty()) {
            log.debug("{} is skipped: lease \"{}\" is not to be had", invocation.getMethod(), name);
            return plan.skipped();
        }
        try (Lease lease = acquired.get()) {
            Object result = work(lease, invocation);
            lease.markCompleted();
            return result;
        }
    }

    private LeaseRequest request(LeasePlan plan) {
        CronTicks ticks = plan.ticks();
        return ticks == null
                ? plan.request()
                : ticks.tickOf(PlannedTimes.current(), now.get())
                        .map(plan.request()::withTick)
                        .orElse(plan.request());
    }

    private @Nullable Object work(Lease lease, MethodInvocation invocation) throws Throwable {
        try {
            return lease.<@Nullable Object>call(() -> proceed(invocation));
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof StaleFenceException stale) {
                    refusals.accept(stale);
                    break;
                }
            }
            throw e;
        }
    }

    private static @Nullable Object proceed(MethodInvocation invocation) throws Exception {
        try {
            return invocation.proceed();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a method threw neither an exception nor an error", e);
        }
    }
}
