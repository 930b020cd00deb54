package io.muster.registry.health;

import io.muster.api.Check;
import io.muster.api.Position;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.Checks;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.health.Prober.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * When each instance was last heard of, and what follows. It proposes: to look at an instance that may be gone, to fail one
 * that refuses connections or is silent, to remove one that failed for long, to pass one that is heard of again.
 *
 * <p>An instance that is silent for a TTL is asked for its identity; its answer buys one TTL more, twice at most. Before it
 * is given up one probe window passes, so that it is known how many are silent at once; see {@link MassSilence}. Whom the
 * {@link Prober} skipped is looked at again, until somebody has looked.
 *
 * <p>An instance that has an active check lives by its check alone; see {@link #checked}.
 *
 * <p>Renewals, suspicions and findings come from any thread. {@link #changed} and {@link #due} are called by the engine, one
 * thread at a time each.
 */
public final class DeadlineTracker {
    /*
     * due() looks at every deadline. For 30,000 of them that is a fraction of a millisecond, four times a second, and a
     * renewal stays one volatile write; a wheel or a heap would make the frequent operation dearer to save on the rare one.
     *
     * A process that was stopped (a paused machine, a long collection) heard nobody meanwhile. When the gap from the end of
     * one look to the beginning of the next shows that, everybody gets a full term again. How long a look itself takes says
     * nothing: others hear heartbeats meanwhile, and whoever could make looks long would keep everybody from eviction.
     */
    /** A probe answers within this time; a shorter TTL shortens it. */
    public static final long PROBE_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int GAPS_PER_TTL = 5;
    private static final int MAX_EXTENSIONS = 2;

    private final long ttlNanos;
    private final long windowNanos;
    private final long removeAfterNanos;
    private final MassSilence massSilence;
    private final Map<InstanceKey, Deadline> deadlines = new ConcurrentHashMap<>();
    private long lastLookNanos;
    private boolean looked;
    private long graceUntilNanos;
    private boolean inGrace;

    /** @param config when an instance counts as gone */
    public DeadlineTracker(HealthConfig config) {
        this.ttlNanos = config.ttlNanos();
        this.windowNanos = Math.min(PROBE_WINDOW_NANOS, ttlNanos);
        this.removeAfterNanos = config.removeAfterNanos();
        this.massSilence = new MassSilence(config.holdLimitNanos());
    }

    /**
     * What the time that has passed calls for.
     *
     * @param commands for the catalogue
     * @param connect instances to connect to; the answer goes to {@link #connected}
     * @param identify instances to ask who they are; the answer goes to {@link #identified}
     */
    public record Due(List<Command> commands, List<InstanceRecord> connect, List<InstanceRecord> identify) {}

    /** Follows the catalogue. */
    public void changed(Change change, long nowNanos) {
        InstanceRecord record = change.now();
        if (record == null) {
            deadlines.remove(change.key());
            return;
        }
        Deadline deadline = deadlines.get(change.key());
        if (deadline == null || !deadline.record.generation().equals(record.generation())) {
            deadline = new Deadline(record, nowNanos);
            deadlines.put(change.key(), deadline);
        }
        deadline.record = record;
        if (record.checks().passing()) {
            if (deadline.failing) {
                deadline.failures = 0;
                deadline.suspected = false;
                deadline.returned = false;
            }
            deadline.silent = deadline.silent && !deadline.failing && deadline.check() != null;
            deadline.failing = false;
            deadline.refused = false;
            deadline.proposed = false;
        } else if (!deadline.failing) {
            deadline.failingSinceNanos = nowNanos;
            deadline.passes = 0;
            deadline.failing = true;
        }
    }

    /**
     * Notes a sign of life. It says nothing of an instance that has an active check.
     *
     * @param owner who says so
     * @param revivals receives a command when the instance had been given up
     * @return whether the instance is registered in that generation by that owner
     */
    public boolean renew(
            InstanceKey key, Position generation, String owner, long nowNanos, Collection<Command> revivals) {
        Optional<Deadline> found =
                find(key, generation).filter(deadline -> deadline.record.owner().equals(owner));
        found.filter(deadline -> deadline.check() == null).ifPresent(deadline -> {
            deadline.heardNanos = nowNanos;
            deadline.extensions = 0;
            if (deadline.failing && !deadline.refused) {
                revivals.add(new Command.ReportChecks(key, generation, Checks.PASSING));
            } else if (deadline.failing) {
                // It lives, but nobody could connect: that is looked at before callers are sent there again.
                deadline.returned = true;
            }
        });
        return found.isPresent();
    }

    /**
     * Notes that an instance may be gone: its stream broke, or a client could not connect. However often somebody says so,
     * it is connected to once a second; what is said meanwhile is looked into by a later {@link #due}.
     *
     * @return the instance to connect to now; empty when that is for later, or of no use
     */
    public Optional<InstanceRecord> suspect(InstanceKey key, Position generation, long nowNanos) {
        Optional<Deadline> found = find(key, generation).filter(deadline -> !deadline.failing && !deadline.suspected);
        if (found.isPresent() && !found.get().beginConnecting(nowNanos)) {
            found.get().suspected = true;
            return Optional.empty();
        }
        return found.map(deadline -> deadline.record);
    }

    /** Takes what a connection found. */
    public Optional<Command> connected(InstanceRecord asked, Finding finding) {
        return find(asked.key(), asked.generation()).flatMap(deadline -> {
            deadline.endConnecting(finding != Finding.SKIPPED);
            if (finding == Finding.SKIPPED) {
                deadline.suspected = !deadline.failing;
                deadline.returned = deadline.failing && deadline.refused;
                return Optional.empty();
            }
            if (finding == Finding.REFUSED) {
                return refused(deadline, asked);
            }
            boolean accepts = finding == Finding.ACCEPTED || finding == Finding.CONFIRMED;
            return accepts && deadline.failing && deadline.refused
                    ? Optional.of(report(asked, Checks.PASSING))
                    : Optional.empty();
        });
    }

    private static Optional<Command> refused(Deadline deadline, InstanceRecord asked) {
        if (deadline.failing) {
            return Optional.empty();
        }
        deadline.refused = true;
        return Optional.of(report(asked, Checks.failing("refuses connections")));
    }

    /** Takes what an instance answered when it was asked who it is. */
    public Optional<Command> identified(InstanceRecord asked, Finding finding) {
        Optional<Deadline> found = find(asked.key(), asked.generation());
        if (finding == Finding.REFUSED) {
            return found.flatMap(deadline -> refused(deadline, asked));
        }
        found.ifPresent(deadline -> {
            deadline.unasked = finding == Finding.SKIPPED;
            if (finding == Finding.CONFIRMED && deadline.silent) {
                int extensions = deadline.extensions;
                deadline.extensions = extensions + 1;
            }
        });
        return Optional.empty();
    }

    /**
     * Takes what an active check found. So many failures in a row as the check says are DOWN; so many passes in a row, or the
     * very first one, are fit again. Time-outs are silence: they become DOWN by {@link #due}, one probe window later, unless
     * many are silent at once. One that refused a connection besides is connected to before callers are sent there again.
     */
    public Optional<Command> checked(InstanceRecord asked, CheckResult result, long nowNanos) {
        return find(asked.key(), asked.generation())
                .filter(deadline -> deadline.check() != null && CheckSchedule.isSameLook(deadline.record, asked))
                .flatMap(deadline -> switch (result.kind()) {
                    case PASSED -> passed(deadline);
                    case FAILED, SILENT -> failed(deadline, result, nowNanos);
                    case SKIPPED -> Optional.empty();
                });
    }

    private static Optional<Command> passed(Deadline deadline) {
        deadline.failures = 0;
        deadline.silent = false;
        if (!deadline.failing) {
            return Optional.empty();
        }
        int passes = deadline.passes + 1;
        deadline.passes = passes;
        boolean first = deadline.record.checks().equals(Checks.PENDING);
        Check check = deadline.check();
        if (check == null || (!first && passes < check.successes())) {
            return Optional.empty();
        }
        if (deadline.refused) {
            deadline.returned = true;
            return Optional.empty();
        }
        return Optional.of(report(deadline.record, Checks.PASSING));
    }

    private static Optional<Command> failed(Deadline deadline, CheckResult result, long nowNanos) {
        boolean silent = result.kind() == CheckResult.Kind.SILENT;
        boolean overdue = deadline.silent && deadline.isOverTheLimit();
        int failures = deadline.failures + 1;
        deadline.failures = failures;
        deadline.passes = 0;
        deadline.reason = result.reason();
        if (silent && !overdue) {
            deadline.silentSinceNanos = nowNanos;
        }
        deadline.silent = silent;
        boolean pending = deadline.record.checks().equals(Checks.PENDING);
        return pending || (!silent && !deadline.failing && deadline.isOverTheLimit())
                ? Optional.of(report(deadline.record, Checks.failing(result.reason())))
                : Optional.empty();
    }

    /** An operator agrees that the silent instances of a namespace are gone; answers whether they were held. */
    public boolean agree(String namespace) {
        return massSilence.agree(namespace);
    }

    /** Where so many are silent that nobody is evicted. */
    public List<SilenceHold> holds(long nowNanos) {
        return massSilence.current(nowNanos);
    }

    /**
     * What the time that has passed calls for. {@link #looked} is to be called when that is done: until then no time counts
     * as one in which nobody could be heard.
     */
    public Due due(long nowNanos) {
        if (looked && nowNanos - lastLookNanos > ttlNanos / GAPS_PER_TTL) {
            inGrace = true;
            graceUntilNanos = nowNanos + ttlNanos;
        }
        looked = true;
        lastLookNanos = nowNanos;
        inGrace = inGrace && nowNanos - graceUntilNanos < 0;
        Due due = new Due(new ArrayList<>(0), new ArrayList<>(0), new ArrayList<>(0));
        Map<String, Silence> silent = new HashMap<>();
        deadlines.forEach((key, deadline) -> {
            if (deadline.failing) {
                failing(deadline, due, nowNanos);
            } else {
                if (deadline.suspected && deadline.beginConnecting(nowNanos)) {
                    deadline.suspected = false;
                    due.connect().add(deadline.record);
                }
                if (!inGrace && isSilent(deadline, due, nowNanos)) {
                    silent.computeIfAbsent(key.service().namespace(), namespace -> new Silence())
                            .instances
                            .add(deadline);
                }
            }
        });
        massSilence.onlySilentIn(silent.keySet());
        if (!silent.isEmpty()) {
            count(silent, nowNanos);
            silent.forEach((namespace, those) -> giveUp(namespace, those, due, nowNanos));
        }
        return due;
    }

    /** What {@link #due} called for is done. */
    public void looked(long nowNanos) {
        lastLookNanos = nowNanos;
    }

    private void failing(Deadline deadline, Due due, long nowNanos) {
        if (deadline.proposed && deadline.heardNanos - deadline.proposedNanos >= 0) {
            // A heartbeat came between the proposal and its being applied.
            due.commands().add(report(deadline.record, Checks.PASSING));
        } else if (nowNanos - deadline.failingSinceNanos >= removeAfterNanos) {
            due.commands()
                    .add(new Command.Remove(deadline.record.key(), deadline.record.generation(), "down for too long"));
        } else if (deadline.returned && deadline.beginConnecting(nowNanos)) {
            deadline.returned = false;
            due.connect().add(deadline.record);
        }
    }

    private boolean isSilent(Deadline deadline, Due due, long nowNanos) {
        if (deadline.check() != null) {
            return deadline.silent;
        }
        int extensions = deadline.extensions;
        if (nowNanos - deadline.heardNanos < ttlNanos * (1 + extensions)) {
            deadline.silent = false;
            return false;
        }
        if (!deadline.silent) {
            deadline.silent = true;
            deadline.silentSinceNanos = nowNanos;
            deadline.unasked = extensions < MAX_EXTENSIONS;
        }
        if (deadline.unasked) {
            deadline.unasked = false;
            due.identify().add(deadline.record);
        }
        return true;
    }

    /** One pass for all namespaces: whoever has many namespaces must not make looks long. */
    private void count(Map<String, Silence> silent, long nowNanos) {
        deadlines.forEach((key, deadline) -> {
            Silence silence = silent.get(key.service().namespace());
            if (silence != null) {
                boolean justGone =
                        deadline.failing && deadline.proposed && nowNanos - deadline.failingSinceNanos < ttlNanos;
                silence.gone += justGone ? 1 : 0;
                silence.alive += deadline.failing ? 0 : 1;
            }
        });
    }

    private void giveUp(String namespace, Silence silence, Due due, long nowNanos) {
        int silent = silence.instances.size() + silence.gone;
        if (massSilence.holds(namespace, silent, silence.alive + silence.gone, nowNanos)) {
            return;
        }
        for (Deadline deadline : silence.instances) {
            if (deadline.isOverTheLimit() && nowNanos - deadline.silentSinceNanos >= windowNanos(deadline)) {
                deadline.proposed = true;
                deadline.proposedNanos = nowNanos;
                due.commands().add(report(deadline.record, Checks.failing(silenceReason(deadline, nowNanos))));
            }
        }
    }

    /**
     * Until it is known how many are silent: with checks that fail at their second time-out everybody has had a first one by
     * then, with those that fail at the first an interval must pass.
     */
    private long windowNanos(Deadline deadline) {
        Check check = deadline.check();
        return check == null || check.failures() > 1 ? windowNanos : Math.max(windowNanos, check.intervalNanos());
    }

    private static String silenceReason(Deadline deadline, long nowNanos) {
        return deadline.check() == null
                ? "no heartbeat for " + TimeUnit.NANOSECONDS.toMillis(nowNanos - deadline.heardNanos) + " ms"
                : deadline.reason;
    }

    private Optional<Deadline> find(InstanceKey key, Position generation) {
        return Optional.ofNullable(deadlines.get(key))
                .filter(deadline -> deadline.record.generation().equals(generation));
    }

    private static Command report(InstanceRecord record, Checks checks) {
        return new Command.ReportChecks(record.key(), record.generation(), checks);
    }

    /** Of one namespace. */
    private static final class Silence {
        private final List<Deadline> instances = new ArrayList<>();
        private int gone;
        private int alive;
    }
}
