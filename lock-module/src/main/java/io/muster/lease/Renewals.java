package io.muster.lease;

import io.muster.lease.Lease.Loss;
import io.muster.lease.Lease.State;
import io.muster.lease.LeaseStore.LeaseKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the leases that are held, on the renewer loop alone.
 *
 * <p>Each lease is due a third of its TTL, ± 10 %, after its last successful request was sent. Those that are due at about
 * the same time go in one call. A call that fails is followed by another soon, one that is not answered by another after
 * a sixth of the TTL; either makes the lease suspect. Whatever the store throws, the loop goes on. An answer counts from
 * when its question was sent, also when it comes after a later question. What the store says is over, is lost.
 */
final class Renewals {
    private static final Logger log = LoggerFactory.getLogger(Renewals.class);

    private final Custody custody;
    private final Parts parts;
    private final Map<Lease, Plan> plans = new LinkedHashMap<>();
    private final Intake<Added> added = new Intake<>();
    private Loop.Timer timer = () -> {};

    Renewals(Custody custody, Parts parts) {
        this.custody = custody;
        this.parts = parts;
    }

    /** @param sentAt when it was first asked for */
    private record Added(Lease lease, long sentAt) {}

    /** When a lease is due, and what became of its last call. */
    private static final class Plan {
        private long dueAt;
        private long askedAt;
        private boolean unanswered;
        private int failures;
    }

    /** @param sentAt when it was first asked for; from any thread */
    void add(Lease lease, long sentAt) {
        long renewal = lease.terms().renewalNanos();
        if (added.add(new Added(lease, sentAt), sentAt + renewal - renewal / 10)) {
            parts.renewer().execute(() -> {
                plans.keySet().removeIf(Lease::isOver);
                arm();
            });
        }
    }

    private void take(Added one) {
        if (!one.lease().isOver()) {
            Plan plan = new Plan();
            plan.askedAt = one.sentAt();
            plan.dueAt = one.sentAt() + jittered(one.lease().terms().renewalNanos());
            plans.put(one.lease(), plan);
        }
    }

    private void turn() {
        added.takeOut(this::take);
        plans.keySet().removeIf(lease -> !lease.isHeld());
        List<Lease> due = due(parts.ticker().getAsLong());
        Throwable failure = parts.shield().run(() -> send(due));
        if (failure != null) {
            failed(due, parts.ticker().getAsLong(), failure);
        }
        arm();
    }

    private List<Lease> due(long now) {
        List<Lease> due = new ArrayList<>();
        plans.forEach((lease, plan) -> {
            long soon = lease.terms().renewalNanos() / 4;
            if (plan.dueAt - now <= (plan.unanswered ? 0 : soon)) {
                due.add(lease);
            }
        });
        return due;
    }

    private void send(List<Lease> due) {
        for (int from = 0; from < due.size(); from += LeaseStore.MAX_BATCH) {
            List<Lease> batch = due.subList(from, Math.min(due.size(), from + LeaseStore.MAX_BATCH));
            long sentAt = parts.ticker().getAsLong();
            batch.forEach(lease -> asked(lease, sentAt));
            CompletionStage<Set<LeaseKey>> answer =
                    custody.store().renew(batch.stream().map(Lease::key).toList());
            CompletionStage<Set<LeaseKey>> unused =
                    answer.whenComplete((renewed, failure) -> parts.renewer().execute(() -> {
                        if (failure == null) {
                            answered(batch, sentAt, renewed);
                        } else {
                            failed(batch, sentAt, failure);
                        }
                        arm();
                    }));
        }
    }

    private void asked(Lease lease, long sentAt) {
        Plan plan = plan(lease);
        if (plan == null) {
            return;
        }
        if (plan.unanswered) {
            plan.failures++;
            suspect(lease, "the store does not answer");
        }
        plan.unanswered = true;
        plan.askedAt = sentAt;
        plan.dueAt = sentAt + lease.terms().patienceNanos();
    }

    private void answered(List<Lease> batch, long sentAt, Set<LeaseKey> renewed) {
        for (Lease lease : batch) {
            Plan plan = plan(lease);
            if (plan == null) {
                continue;
            }
            if (!renewed.contains(lease.key())) {
                plans.remove(lease);
                custody.lose(lease, Loss.REVOKED);
                continue;
            }
            if (lease.tenure().renewed(sentAt) == State.SUSPECT) {
                custody.publish(new LeaseEvent.Recovered(lease));
            }
            if (plan.askedAt == sentAt) {
                plan.unanswered = false;
                plan.failures = 0;
                plan.dueAt = sentAt + jittered(lease.terms().renewalNanos());
            }
        }
    }

    private void failed(List<Lease> batch, long sentAt, Throwable failure) {
        for (Lease lease : batch) {
            Plan plan = plan(lease);
            // A later question is under way: its answer decides when to ask again.
            if (plan != null && plan.askedAt - sentAt <= 0) {
                plan.unanswered = false;
                plan.failures++;
                plan.dueAt = parts.ticker().getAsLong()
                        + Asking.backoffNanos(plan.failures, lease.terms().patienceNanos(), parts.random());
                suspect(lease, failure.toString());
            }
        }
    }

    private void suspect(Lease lease, String why) {
        if (lease.tenure().suspected() == State.HELD && lease.believed() == State.SUSPECT) {
            log.warn("Lease {} was not renewed, {} left: {}", lease, lease.remaining(), why);
            custody.publish(new LeaseEvent.Suspect(lease));
        }
    }

    private @Nullable Plan plan(Lease lease) {
        return plans.get(lease);
    }

    private void arm() {
        timer.cancel();
        added.takeOut(this::take);
        long now = parts.ticker().getAsLong();
        plans.values().stream().mapToLong(plan -> plan.dueAt - now).min().ifPresent(delay -> {
            timer = parts.renewer().schedule(Math.max(0, delay), this::turn);
            added.timerSet(now + Math.max(0, delay));
        });
    }

    private long jittered(long nanos) {
        return nanos - nanos / 10 + parts.random().nextLong(nanos / 5 + 1);
    }
}
