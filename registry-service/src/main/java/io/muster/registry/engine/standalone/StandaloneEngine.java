package io.muster.registry.engine.standalone;

import io.muster.api.InstanceReference;
import io.muster.api.Position;
import io.muster.api.ServiceHistory;
import io.muster.registry.catalogue.Catalogue;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.engine.Changes;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.engine.Ledger;
import io.muster.registry.engine.Supervision;
import io.muster.registry.engine.View;
import io.muster.registry.health.Prober;
import io.muster.registry.health.SilenceHold;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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

    private final Ledger ledger;
    private final Supervision supervision;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService ticker;
    private final long ttlNanos;
    private final SettingsStore settingsStore;
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
        this.ledger = new Ledger(
                new Catalogue(epoch, config.maxInstances()), config.rememberedChanges(), nanoClock, wallClock);
        this.ttlNanos = config.health().ttlNanos();
        this.settingsStore = settingsStore;
        this.nanoClock = nanoClock;
        this.ticker = ticker;
        this.supervision = new Supervision(config.health(), prober, nanoClock, command -> apply(List.of(command)));
    }

    @Override
    public void start() {
        for (Setting kept : settingsStore.open()) {
            ledger.catalogue().apply(new Command.Decide(kept.target(), kept.setting()), new ArrayList<>(0));
        }
        running = true;
        supervision.open(ledger.catalogue());
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
        return settingsStore.keep(changed, this::settings).thenApply(kept -> outcomes);
    }

    @Override
    public CompletionStage<List<InstanceReference>> observe(List<InstanceReference> alive, String owner) {
        if (!running) {
            return CompletableFuture.failedFuture(new EngineUnavailableException("engine standalone is not running"));
        }
        List<Command> revivals = new ArrayList<>(0);
        List<InstanceReference> unknown = supervision.observe(alive, owner, revivals);
        if (!revivals.isEmpty()) {
            apply(revivals);
        }
        return CompletableFuture.completedFuture(unknown);
    }

    @Override
    public void suspect(List<InstanceReference> instances) {
        supervision.suspect(instances);
    }

    @Override
    public CompletionStage<Boolean> agreeToSilence(String namespace) {
        return CompletableFuture.completedFuture(supervision.agree(namespace));
    }

    @Override
    public List<SilenceHold> holds() {
        return supervision.holds();
    }

    @Override
    public List<ServiceHistory.Entry> history(ServiceKey service) {
        return ledger.history(service);
    }

    @Override
    public View view() {
        return this;
    }

    @Override
    public Changes changes(Position from) {
        return ledger.changes(from);
    }

    @Override
    public void onChange(Runnable listener) {
        ledger.onChange(listener);
    }

    @Override
    public boolean hasAuthority() {
        return true;
    }

    @Override
    public void close() {
        running = false;
        supervision.close();
        ScheduledFuture<?> current = ticks;
        if (current != null) {
            current.cancel(false);
        }
        settingsStore.close();
    }

    @Override
    public Position position() {
        return ledger.catalogue().position();
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
        return ledger.catalogue().service(key);
    }

    @Override
    public List<ServiceState> services(String namespace) {
        return ledger.catalogue().services(namespace);
    }

    @Override
    public Collection<ServiceState> services() {
        return ledger.catalogue().services();
    }

    @Override
    public int size() {
        return ledger.catalogue().size();
    }

    @Override
    public List<Setting> settings() {
        return ledger.catalogue().settings();
    }

    private List<Outcome> apply(List<Command> commands) {
        List<Command> revivals = new ArrayList<>(0);
        List<Outcome> outcomes = ledger.apply(commands, supervision, revivals);
        if (!revivals.isEmpty()) {
            ledger.apply(revivals, supervision, new ArrayList<>(0));
        }
        return outcomes;
    }

    private static boolean isOfOperator(Command command) {
        return command instanceof Command.Decide || command instanceof Command.Withdraw;
    }

    private void tick() {
        try {
            if (running) {
                supervision.tick(this::apply);
                settingsStore.retry(nanoClock.getAsLong(), this::settings);
            }
        } catch (RuntimeException e) {
            // A tick that throws would never be scheduled again, and nobody would ever be evicted.
            log.error("The look at the deadlines failed; the next one goes on", e);
        }
    }
}
