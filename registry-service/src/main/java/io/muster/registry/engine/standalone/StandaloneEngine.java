package io.muster.registry.engine.standalone;

import io.muster.api.InstanceReference;
import io.muster.api.Position;
import io.muster.api.ServiceHistory;
import io.muster.registry.catalogue.Catalogue;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.engine.ChangeLog;
import io.muster.registry.engine.Changes;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.engine.History;
import io.muster.registry.engine.StatusLog;
import io.muster.registry.engine.View;
import io.muster.registry.health.CheckSchedule;
import io.muster.registry.health.DeadlineTracker;
import io.muster.registry.health.Prober;
import io.muster.registry.health.SilenceHold;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the catalogue in this process's memory and always has the authority to expire.
 *
 * <p>Commands are applied on the caller's thread under one lock: a command takes microseconds, so a queue would only add
 * latency. Reads and heartbeats of healthy instances take no lock.
 */
public final class StandaloneEngine implements Engine, View {
    private static final Logger log = LoggerFactory.getLogger(StandaloneEngine.class);
    private static final long MAX_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Catalogue catalogue;
    private final ChangeLog changeLog;
    private final DeadlineTracker deadlines;
    private final CheckSchedule checks = new CheckSchedule();
    private final Lookout lookout;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService ticker;
    private final long ttlNanos;
    private final SettingsStore settingsStore;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final StatusLog statusLog;
    private final History history;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean running;
    private volatile boolean reachable;
    private volatile long warmUntilNanos;
    private @Nullable ScheduledFuture<?> ticks;

    /**
     * @param config how it behaves
     * @param epoch names the history that begins with this start, 0 to 2^53; another one at each start
     * @param prober looks at instances that may be gone
     * @param settingsStore keeps operators' settings over restarts
     * @param nanoClock monotonic time in nanoseconds
     * @param wallClock tells people when something happened
     * @param ticker runs the look at the deadlines; the caller shuts it down after {@link #close()}
     */
    public StandaloneEngine(
            StandaloneConfig config,
            long epoch,
            Prober prober,
            SettingsStore settingsStore,
            LongSupplier nanoClock,
            InstantSource wallClock,
            ScheduledExecutorService ticker) {
        this.catalogue = new Catalogue(epoch, config.maxInstances());
        this.changeLog = new ChangeLog(config.rememberedChanges());
        this.ttlNanos = config.health().ttlNanos();
        this.deadlines = new DeadlineTracker(config.health());
        this.settingsStore = settingsStore;
        this.nanoClock = nanoClock;
        this.ticker = ticker;
        this.lookout = new Lookout(prober, deadlines, checks, nanoClock, command -> apply(List.of(command)));
        this.statusLog = new StatusLog(nanoClock);
        this.history = new History(wallClock);
    }

    @Override
    public void start() {
        List<Change> none = new ArrayList<>(0);
        for (Setting kept : settingsStore.open()) {
            catalogue.apply(new Command.Decide(kept.target(), kept.setting()), none);
        }
        running = true;
        lookout.open();
        long periodNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(1), Math.min(MAX_TICK_NANOS, ttlNanos / 20));
        ticks = ticker.scheduleWithFixedDelay(this::tick, periodNanos, periodNanos, TimeUnit.NANOSECONDS);
        log.info("Registry engine standalone started at {}", position());
    }

    @Override
    public void reachable() {
        warmUntilNanos = nanoClock.getAsLong() + ttlNanos;
        reachable = true;
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<Command> commands) {
        if (!running) {
            return CompletableFuture.failedFuture(new EngineUnavailableException("engine standalone is not running"));
        }
        List<Outcome> outcomes = apply(commands);
        if (commands.stream().noneMatch(StandaloneEngine::isOfOperator)) {
            return CompletableFuture.completedFuture(outcomes);
        }
        // Also when nothing changed: an earlier change may not be stored yet, and whoever repeats it wants to know
        // that.
        boolean changed = outcomes.stream()
                .anyMatch(outcome ->
                        outcome instanceof Outcome.Settled settled && settled.effect() != Outcome.Effect.UNCHANGED);
        return settingsStore.keep(changed, catalogue::settings).thenApply(kept -> outcomes);
    }

    @Override
    public CompletionStage<List<InstanceReference>> observe(List<InstanceReference> alive, String owner) {
        if (!running) {
            return CompletableFuture.failedFuture(new EngineUnavailableException("engine standalone is not running"));
        }
        long now = nanoClock.getAsLong();
        List<InstanceReference> unknown = new ArrayList<>(0);
        List<Command> revivals = new ArrayList<>(0);
        for (InstanceReference reference : alive) {
            if (!deadlines.renew(InstanceKey.of(reference), reference.generation(), owner, now, revivals)) {
                unknown.add(reference);
            }
        }
        if (!revivals.isEmpty()) {
            apply(revivals);
        }
        return CompletableFuture.completedFuture(unknown);
    }

    @Override
    public void suspect(List<InstanceReference> instances) {
        long now = nanoClock.getAsLong();
        for (InstanceReference instance : instances) {
            deadlines
                    .suspect(InstanceKey.of(instance), instance.generation(), now)
                    .ifPresent(lookout::connect);
        }
    }

    @Override
    public CompletionStage<Boolean> agreeToSilence(String namespace) {
        return CompletableFuture.completedFuture(deadlines.agree(namespace));
    }

    @Override
    public List<SilenceHold> holds() {
        return deadlines.holds(nanoClock.getAsLong());
    }

    @Override
    public List<ServiceHistory.Entry> history(ServiceKey service) {
        return history.of(service);
    }

    @Override
    public View view() {
        return this;
    }

    @Override
    public Changes changes(Position from) {
        lock.lock();
        try {
            return changeLog.since(from, catalogue.position());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public boolean hasAuthority() {
        return true;
    }

    @Override
    public void close() {
        running = false;
        lookout.close();
        ScheduledFuture<?> current = ticks;
        if (current != null) {
            current.cancel(false);
        }
        settingsStore.close();
    }

    @Override
    public Position position() {
        return catalogue.position();
    }

    @Override
    public boolean stale() {
        return false;
    }

    @Override
    public boolean warming() {
        return running && (!reachable || nanoClock.getAsLong() - warmUntilNanos < 0);
    }

    @Override
    public ServiceState service(ServiceKey key) {
        return catalogue.service(key);
    }

    @Override
    public List<ServiceState> services(String namespace) {
        return catalogue.services(namespace);
    }

    @Override
    public Collection<ServiceState> services() {
        return catalogue.services();
    }

    @Override
    public int size() {
        return catalogue.size();
    }

    @Override
    public List<Setting> settings() {
        return catalogue.settings();
    }

    private List<Outcome> apply(List<Command> commands) {
        List<Outcome> outcomes = new ArrayList<>(commands.size());
        List<Change> changes = new ArrayList<>(commands.size() + 1);
        List<Command> revivals = new ArrayList<>(0);
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            for (Command command : commands) {
                int before = changes.size();
                Outcome outcome = catalogue.apply(command, changes);
                follow(changes.subList(before, changes.size()), now);
                outcomes.add(outcome);
                // What an instance says of itself is a sign of life.
                if (outcome instanceof Outcome.Applied applied && command instanceof Command.Register register) {
                    deadlines.renew(register.key(), applied.generation(), register.owner(), now, revivals);
                } else if (outcome instanceof Outcome.Applied applied && command instanceof Command.Patch patch) {
                    deadlines.renew(patch.key(), applied.generation(), patch.owner(), now, revivals);
                }
            }
            for (Command revival : revivals) {
                int before = changes.size();
                catalogue.apply(revival, changes);
                follow(changes.subList(before, changes.size()), now);
            }
            changeLog.append(changes);
            history.add(changes, catalogue.position().epoch());
        } finally {
            lock.unlock();
        }
        if (!changes.isEmpty()) {
            listeners.forEach(Runnable::run);
            statusLog.tell(changes);
            lookout.startChecks();
        }
        return outcomes;
    }

    private static boolean isOfOperator(Command command) {
        return command instanceof Command.Decide || command instanceof Command.Withdraw;
    }

    private void follow(List<Change> changes, long now) {
        for (Change change : changes) {
            deadlines.changed(change, now);
            checks.changed(change, now);
        }
    }

    private void tick() {
        try {
            long now = nanoClock.getAsLong();
            DeadlineTracker.Due due = deadlines.due(now);
            if (running) {
                if (!due.commands().isEmpty()) {
                    apply(due.commands());
                }
                due.connect().forEach(lookout::connect);
                due.identify().forEach(lookout::identify);
                lookout.startChecks();
                settingsStore.retry(now, catalogue::settings);
            }
        } catch (RuntimeException e) {
            // A tick that throws would never be scheduled again, and nobody would ever be evicted.
            log.error("The look at the deadlines failed; the next one goes on", e);
        } finally {
            deadlines.looked(nanoClock.getAsLong());
        }
    }
}
