package io.muster.registry.health;

import io.muster.api.Position;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.Checks;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When each instance was last heard of. It proposes: an instance that was silent for a TTL fails its checks, one that
 * failed them for long is removed, one that is heard of again passes them.
 *
 * <p>Renewals come from any thread. {@link #changed} and {@link #due} are called by the engine, one thread at a time each.
 */
public final class DeadlineTracker {
    /*
     * due() looks at every deadline. For 30,000 of them that is a fraction of a millisecond, four times a second, and a
     * renewal stays one volatile write; a wheel or a heap would make the frequent operation dearer to save on the rare one.
     *
     * A process that was stopped (a paused machine, a long collection) heard nobody meanwhile. When the gap between two
     * looks shows that, everybody gets a full term again.
     */
    private static final int GAPS_PER_TTL = 5;

    private final long ttlNanos;
    private final long removeAfterNanos;
    private final Map<InstanceKey, Deadline> deadlines = new ConcurrentHashMap<>();
    private long lastLookNanos;
    private boolean looked;
    private long graceUntilNanos;
    private boolean inGrace;

    /**
     * @param ttlNanos after how long without a sign of life checks fail
     * @param removeAfterNanos after how long of failing an instance is removed
     */
    public DeadlineTracker(long ttlNanos, long removeAfterNanos) {
        this.ttlNanos = ttlNanos;
        this.removeAfterNanos = removeAfterNanos;
    }

    /** Follows the catalogue. */
    public void changed(Change change, long nowNanos) {
        InstanceRecord record = change.now();
        if (record == null) {
            deadlines.remove(change.key());
            return;
        }
        Deadline deadline = deadlines.get(change.key());
        if (deadline == null || !deadline.generation.equals(record.generation())) {
            deadline = new Deadline(record.generation(), nowNanos);
            deadlines.put(change.key(), deadline);
        }
        if (record.checks().passing()) {
            deadline.failing = false;
            deadline.silenceProposed = false;
        } else if (!deadline.failing) {
            deadline.failingSinceNanos = nowNanos;
            deadline.failing = true;
        }
    }

    /**
     * Notes a sign of life.
     *
     * @param revivals receives a command when the instance had been given up
     * @return whether the instance is registered in that generation
     */
    public boolean renew(InstanceKey key, Position generation, long nowNanos, Collection<Command> revivals) {
        Deadline deadline = deadlines.get(key);
        if (deadline == null || !deadline.generation.equals(generation)) {
            return false;
        }
        deadline.heardNanos = nowNanos;
        if (deadline.failing) {
            revivals.add(new Command.ReportChecks(key, generation, Checks.PASSING));
        }
        return true;
    }

    /** What the time that has passed calls for. */
    public List<Command> due(long nowNanos) {
        if (looked && nowNanos - lastLookNanos > ttlNanos / GAPS_PER_TTL) {
            inGrace = true;
            graceUntilNanos = nowNanos + ttlNanos;
        }
        looked = true;
        lastLookNanos = nowNanos;
        inGrace = inGrace && nowNanos - graceUntilNanos < 0;
        List<Command> due = new ArrayList<>(0);
        deadlines.forEach((key, deadline) -> {
            if (deadline.failing) {
                if (deadline.silenceProposed && deadline.heardNanos - deadline.proposedNanos >= 0) {
                    // A heartbeat came between the proposal and its being applied.
                    due.add(new Command.ReportChecks(key, deadline.generation, Checks.PASSING));
                } else if (nowNanos - deadline.failingSinceNanos >= removeAfterNanos) {
                    due.add(new Command.Remove(key, deadline.generation, "down for too long"));
                }
            } else if (!inGrace && nowNanos - deadline.heardNanos >= ttlNanos) {
                deadline.silenceProposed = true;
                deadline.proposedNanos = nowNanos;
                String silence = "no heartbeat for " + ttlNanos / 1_000_000 + " ms";
                due.add(new Command.ReportChecks(key, deadline.generation, Checks.failing(silence)));
            }
        });
        return due;
    }

    private static final class Deadline {
        final Position generation;
        volatile long heardNanos;
        volatile boolean failing;
        volatile long failingSinceNanos;
        volatile boolean silenceProposed;
        volatile long proposedNanos;

        Deadline(Position generation, long heardNanos) {
            this.generation = generation;
            this.heardNanos = heardNanos;
        }
    }
}
