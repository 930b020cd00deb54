package io.muster.registry.engine.raft;

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
import io.muster.registry.replication.LeaderLog;
import io.muster.registry.replication.OutcomeUnknownException;
import io.muster.registry.replication.Standing;
import io.muster.registry.replication.StateMachine;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the catalogue on several nodes: any of them takes commands and answers reads from its own memory, with the same
 * positions; the leader alone watches deadlines. Thread-safe.
 *
 * <p>Signs of life are not logged. A follower passes them on to the leader; a new leader gives everybody a full term. Without
 * a majority nothing is applied, so nobody is evicted then.
 */
public final class RaftEngine implements Engine, View {
    private static final Logger log = LoggerFactory.getLogger(RaftEngine.class);
    private static final long MAX_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int MAX_ENTRY_BYTES = 256 * 1024;
    private static final int COMMANDS_PER_ENTRY = 200;
    private static final long ARRIVAL_SECONDS = 10;

    private final RaftEngineConfig config;
    private final Ledger ledger;
    private final CatalogueMachine machine;
    private final HeartbeatRelay relay;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService ticker;
    private final AtomicInteger proposed = new AtomicInteger();
    private volatile @Nullable LeaderLog replicated;
    private volatile boolean running;
    private volatile boolean reachable;
    private volatile boolean stale = true;
    private volatile long warmUntilNanos;
    private @Nullable ScheduledFuture<?> ticks;

    /**
     * @param config how it behaves
     * @param epochs names for histories, 1 to 2^53, another one at each call
     * @param prober looks at instances that may be gone
     * @param nanoClock monotonic time in nanoseconds
     * @param wallClock tells people when something happened
     * @param ticker runs the look at the deadlines; the caller shuts it down after {@link #close()}
     */
    public RaftEngine(
            RaftEngineConfig config,
            LongSupplier epochs,
            Prober prober,
            LongSupplier nanoClock,
            InstantSource wallClock,
            ScheduledExecutorService ticker) {
        this.config = config;
        this.nanoClock = nanoClock;
        this.ticker = ticker;
        this.ledger =
                new Ledger(new Catalogue(0, config.maxInstances()), config.rememberedChanges(), nanoClock, wallClock);
        this.machine = new CatalogueMachine(
                config,
                ledger,
                epochs,
                () -> new Supervision(config.health(), prober, nanoClock, command -> propose(List.of(command))),
                this::propose);
        this.relay = new HeartbeatRelay(this::ask);
    }

    /** What the log's entries are applied to. */
    public StateMachine stateMachine() {
        return machine;
    }

    /** Says which log carries this engine's commands; before it nothing is accepted. */
    public void replicateBy(LeaderLog log) {
        replicated = log;
    }

    @Override
    public void start() {
        if (running) {
            return;
        }
        running = true;
        long ttlNanos = config.health().ttlNanos();
        long periodNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(1), Math.min(MAX_TICK_NANOS, ttlNanos / 20));
        ticks = ticker.scheduleWithFixedDelay(this::tick, periodNanos, periodNanos, TimeUnit.NANOSECONDS);
        log.info("Registry engine raft started");
    }

    @Override
    public void reachable() {
        warmUntilNanos = nanoClock.getAsLong() + config.health().ttlNanos();
        reachable = true;
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<Command> commands) {
        if (commands.size() <= COMMANDS_PER_ENTRY) {
            byte[] entry = CatalogueMachine.entry(commands);
            if (entry.length <= MAX_ENTRY_BYTES || commands.size() <= 1) {
                return submit(entry, commands.size());
            }
        }
        int half = commands.size() / 2;
        return submit(commands.subList(0, half))
                .thenCompose(
                        first -> submit(commands.subList(half, commands.size())).thenApply(second -> {
                            List<Outcome> all = new ArrayList<>(first);
                            all.addAll(second);
                            return all;
                        }));
    }

    private CompletionStage<List<Outcome>> submit(byte[] entry, int commands) {
        LeaderLog carrier = replicated;
        if (!running || carrier == null) {
            return CompletableFuture.failedFuture(new EngineUnavailableException("engine raft is not running"));
        }
        return carrier.submit(entry).exceptionally(RaftEngine::unavailable).thenCompose(reply -> {
            OutcomeJson.Reply read = OutcomeJson.decode(reply);
            if (read.unreadable() || read.outcomes().size() != commands) {
                throw new IllegalStateException(
                        "entry must be readable by the leader but was not: is it of an" + " older version?");
            }
            // The leader has applied it; whoever asks this node next is to see it.
            return machine.arrivals()
                    .of(read.entry())
                    .copy()
                    .completeOnTimeout(null, ARRIVAL_SECONDS, TimeUnit.SECONDS)
                    .thenApply(arrived -> read.toOutcomes());
        });
    }

    private static byte[] unavailable(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof OutcomeUnknownException) {
            throw new EngineUnavailableException(
                    cause.getMessage() + "; it may be applied still, and may be asked for again");
        }
        throw cause instanceof RuntimeException known ? known : new CompletionException(cause);
    }

    /** Submits what nobody waits for. What is lost is proposed again when it is still due. */
    private void propose(List<Command> commands) {
        proposed.incrementAndGet();
        CompletionStage<Void> unused = submit(commands).handle((outcomes, failure) -> {
            proposed.decrementAndGet();
            if (failure != null) {
                log.debug("{} proposals were lost: {}", commands.size(), failure.toString());
            }
            return null;
        });
    }

    /** Whether proposals are under way. */
    boolean proposes() {
        return proposed.get() > 0;
    }

    @Override
    public CompletionStage<List<InstanceReference>> observe(List<InstanceReference> alive, String owner) {
        if (!running) {
            return CompletableFuture.failedFuture(new EngineUnavailableException("engine raft is not running"));
        }
        Supervision supervision = machine.supervision();
        if (supervision == null) {
            return relay.pass(alive, owner);
        }
        List<Command> revivals = new ArrayList<>(0);
        List<InstanceReference> unknown = supervision.observe(alive, owner, revivals);
        return revivals.isEmpty()
                ? CompletableFuture.completedFuture(unknown)
                : submit(revivals).thenApply(outcomes -> unknown);
    }

    @Override
    public void suspect(List<InstanceReference> instances) {
        Supervision supervision = machine.supervision();
        if (supervision != null) {
            supervision.suspect(instances);
        } else if (running) {
            var unused = ask(new LeaderCall(List.of(), instances, null)).exceptionally(failure -> {
                log.debug("Suspicions did not reach the leader: {}", failure.toString());
                return new LeaderCall.Answer(List.of(), false);
            });
        }
    }

    @Override
    public CompletionStage<Boolean> agreeToSilence(String namespace) {
        Supervision supervision = machine.supervision();
        return supervision != null
                ? CompletableFuture.completedFuture(supervision.agree(namespace))
                : ask(new LeaderCall(List.of(), List.of(), namespace)).thenApply(LeaderCall.Answer::agreed);
    }

    private CompletionStage<LeaderCall.Answer> ask(LeaderCall call) {
        LeaderLog carrier = replicated;
        if (carrier == null) {
            return CompletableFuture.failedFuture(new EngineUnavailableException("engine raft is not running"));
        }
        return carrier.ask(call.encode()).thenApply(LeaderCall.Answer::decode);
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
        return machine.supervision() != null;
    }

    @Override
    public void close() {
        running = false;
        ScheduledFuture<?> current = ticks;
        if (current != null) {
            current.cancel(false);
        }
        machine.following();
    }

    @Override
    public Position position() {
        return ledger.catalogue().position();
    }

    @Override
    public boolean stale() {
        return stale;
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

    /** The leader knows; the others have nothing to say. */
    @Override
    public List<SilenceHold> holds() {
        Supervision supervision = machine.supervision();
        return supervision == null ? List.of() : supervision.holds();
    }

    @Override
    public List<ServiceHistory.Entry> history(ServiceKey service) {
        return ledger.history(service);
    }

    private void tick() {
        try {
            LeaderLog carrier = replicated;
            if (!running || carrier == null) {
                return;
            }
            Standing standing = carrier.standing();
            stale = !standing.leads()
                    && (standing.role() == Standing.Role.NONE
                            || standing.silence().compareTo(config.staleAfter()) > 0);
            Supervision supervision = machine.supervision();
            // What was proposed before has first to be stored; when that takes long, everybody gets a full term.
            if (supervision != null && !proposes()) {
                if (position().epoch() == 0) {
                    propose(List.of());
                }
                supervision.tick(this::propose);
            }
        } catch (RuntimeException e) {
            // A tick that throws would never be scheduled again, and nobody would ever be evicted.
            log.error("The look at the deadlines failed; the next one goes on", e);
        }
    }
}
