package io.muster.registry.engine;

import io.muster.api.Position;
import io.muster.api.ServiceHistory;
import io.muster.registry.catalogue.Catalogue;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.ServiceKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A catalogue and what is remembered of its changes; every engine has one. Thread-safe. */
public final class Ledger {
    private final int rememberedChanges;
    private final StatusLog statusLog;
    private final History history;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Catalogue catalogue;
    private ChangeLog changeLog;

    /**
     * @param catalogue what it begins with
     * @param rememberedChanges how many changes a watcher may have missed and still resume without a snapshot
     * @param nanoClock monotonic time in nanoseconds
     * @param wallClock tells people when something happened
     */
    public Ledger(Catalogue catalogue, int rememberedChanges, LongSupplier nanoClock, InstantSource wallClock) {
        this.catalogue = catalogue;
        this.rememberedChanges = rememberedChanges;
        this.changeLog = new ChangeLog(rememberedChanges, catalogue.position().index());
        this.statusLog = new StatusLog(nanoClock);
        this.history = new History(wallClock);
    }

    /** The catalogue as it is now. It is applied to by {@link #apply} alone. */
    public Catalogue catalogue() {
        return catalogue;
    }

    /** Puts another history in the place of this one: whoever watches gets snapshots. */
    public void replace(Catalogue other) {
        lock.lock();
        try {
            catalogue = other;
            changeLog = new ChangeLog(rememberedChanges, other.position().index());
        } finally {
            lock.unlock();
        }
        listeners.forEach(Runnable::run);
    }

    /**
     * Carries out commands, as one step.
     *
     * @param supervision follows; null on a node that has no authority
     * @param revivals receives what the supervision proposes because of them
     */
    public List<Outcome> apply(
            List<Command> commands, @Nullable Supervision supervision, Collection<Command> revivals) {
        List<Outcome> outcomes = new ArrayList<>(commands.size());
        List<Change> changes = new ArrayList<>(commands.size() + 1);
        lock.lock();
        try {
            for (Command command : commands) {
                int before = changes.size();
                Outcome outcome = catalogue.apply(command, changes);
                if (supervision != null) {
                    supervision.follow(command, outcome, changes.subList(before, changes.size()), revivals);
                }
                outcomes.add(outcome);
            }
            changeLog.append(changes);
            history.add(changes, catalogue.position().epoch());
        } finally {
            lock.unlock();
        }
        if (!changes.isEmpty()) {
            listeners.forEach(Runnable::run);
            statusLog.tell(changes);
            if (supervision != null) {
                supervision.startChecks();
            }
        }
        return outcomes;
    }

    /** What changed after {@code from}, as far as it is remembered. */
    public Changes changes(Position from) {
        lock.lock();
        try {
            return changeLog.since(from, catalogue.position());
        } finally {
            lock.unlock();
        }
    }

    /** Calls {@code listener} after every change, on the thread that applied it. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** The last changes of a service, newest first. */
    public List<ServiceHistory.Entry> history(ServiceKey service) {
        return history.of(service);
    }
}
