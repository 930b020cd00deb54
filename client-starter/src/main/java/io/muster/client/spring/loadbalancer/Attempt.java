package io.muster.client.spring.loadbalancer;

import io.muster.api.LoadLimit;
import io.muster.api.LoadReport;
import io.muster.lb.Outcome;
import io.muster.lb.Ticket;
import java.lang.ref.Cleaner;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.ResponseData;

/**
 * One request on one instance, from its start to the end of the response's body. Thread-safe; it ends once, by whatever
 * comes first, and every later end changes nothing.
 */
final class Attempt {
    private static final int FIRST_SERVER_ERROR = 500;

    private final ServiceInstance instance;
    private final @Nullable Ticket ticket;
    private final Traffic traffic;
    private final @Nullable LifecycleCall lifecycle;
    private final @Nullable LoadLimit limit;
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile Outcome answer = Outcome.SUCCESS;
    private volatile Cleaner.@Nullable Cleanable guard;

    /**
     * One that has just started.
     *
     * @param ticket null for an instance that our balancer does not know, brought by a balancer of the application's
     * @param limit what the instance is told; null when it is not asked for its load
     */
    Attempt(
            ServiceInstance instance,
            @Nullable Ticket ticket,
            Traffic traffic,
            @Nullable LifecycleCall lifecycle,
            @Nullable LoadLimit limit) {
        this.limit = limit;
        this.instance = instance;
        this.ticket = ticket;
        this.traffic = traffic;
        this.lifecycle = lifecycle;
    }

    ServiceInstance instance() {
        return instance;
    }

    /** With what the instance is asked for its load; null when it is not. */
    @Nullable
    String askForLoad() {
        return limit == null ? null : limit.header();
    }

    /** Whether the response says that the instance declined the request, as it was allowed to; null when it does not. */
    @Nullable
    DeclinedException declined(int status, @Nullable String load) {
        return limit == null ? null : DeclinedException.of(instance.getUri(), limit, status, load);
    }

    /**
     * The response's status and headers are here; its body follows.
     *
     * @param load what its header says of the instance's load
     */
    void responded(int status, @Nullable String load, Supplier<@Nullable ResponseData> response) {
        answer = status >= FIRST_SERVER_ERROR ? Outcome.SERVER_ERROR : Outcome.SUCCESS;
        if (ticket != null) {
            ticket.responseStarted();
            if (load != null && answer == Outcome.SUCCESS) {
                LoadReport.parse(load).ifPresent(said -> ticket.reported(said.inFlight(), said.utilization()));
            }
        }
        if (lifecycle != null) {
            lifecycle.responded(response.get());
        }
    }

    /** The body was read, or is no longer wanted although nothing is wrong with it. */
    void complete() {
        finish(answer);
    }

    /** It ended well, and how long that took says nothing about the endpoint: a WebSocket session, say. */
    void completeUntimed() {
        if (lifecycle != null) {
            lifecycle.responded(null);
        }
        finish(Outcome.CANCELLED);
    }

    /** The body broke. */
    void breakOff(Throwable thrown) {
        Outcome outcome = Failure.of(thrown).outcome();
        finish(outcome == Outcome.REFUSED ? Outcome.FAILURE : outcome);
    }

    /** No response came. */
    void fail(Throwable thrown, Failure failure) {
        if (thrown instanceof DeclinedException declined) {
            decline(declined.report());
        } else if (lifecycle != null) {
            lifecycle.failed(thrown);
        }
        if (failure == Failure.REFUSED) {
            traffic.refused(instance);
        }
        finish(failure.outcome());
    }

    /** A response came, if only to say that there will be none here. */
    private void decline(LoadReport said) {
        if (ticket != null) {
            ticket.declined(said.inFlight(), said.utilization());
        }
        if (lifecycle != null) {
            lifecycle.responded(null);
        }
    }

    /** The caller gave up. */
    void cancel() {
        if (lifecycle != null && !finished.get()) {
            lifecycle.failed(new CancellationException("The call to " + instance.getUri() + " was cancelled"));
        }
        finish(Outcome.CANCELLED);
    }

    /** Nobody can read or close the response any more; true when that is news. */
    boolean abandon() {
        if (finish(Outcome.CANCELLED)) {
            traffic.leaked();
            return true;
        }
        return false;
    }

    /** What to release when this ends. */
    void guardedBy(Cleaner.Cleanable cleanable) {
        guard = cleanable;
        if (finished.get()) {
            cleanable.clean();
        }
    }

    private boolean finish(Outcome outcome) {
        if (!finished.compareAndSet(false, true)) {
            return false;
        }
        if (ticket != null) {
            ticket.finish(outcome);
        }
        traffic.finished(outcome);
        Cleaner.Cleanable cleanable = guard;
        if (cleanable != null) {
            cleanable.clean();
        }
        return true;
    }
}
