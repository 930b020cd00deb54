package io.muster.registry.engine;

import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.health.CheckResult;
import io.muster.registry.health.CheckSchedule;
import io.muster.registry.health.DeadlineTracker;
import io.muster.registry.health.Prober;
import io.muster.registry.health.Prober.Finding;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at whom the deadlines and the schedule say, and proposes what follows. A prober that fails has skipped the instance.
 * Thread-safe.
 */
final class Lookout {
    private static final Logger log = LoggerFactory.getLogger(Lookout.class);

    private final Prober prober;
    private final DeadlineTracker deadlines;
    private final CheckSchedule checks;
    private final LongSupplier nanoClock;
    private final Consumer<Command> proposals;
    private final AtomicInteger checksToStart = new AtomicInteger();
    private volatile boolean open;

    /** @param proposals carries out what a finding calls for */
    Lookout(
            Prober prober,
            DeadlineTracker deadlines,
            CheckSchedule checks,
            LongSupplier nanoClock,
            Consumer<Command> proposals) {
        this.prober = prober;
        this.deadlines = deadlines;
        this.checks = checks;
        this.nanoClock = nanoClock;
        this.proposals = proposals;
    }

    void open() {
        open = true;
    }

    /** Begins nothing any more, and proposes nothing. */
    void close() {
        open = false;
    }

    void connect(InstanceRecord instance) {
        CompletionStage<Void> unused = ask(() -> prober.connect(instance), Finding.SKIPPED, instance)
                .thenAccept(finding -> propose(deadlines.connected(instance, finding)));
    }

    void identify(InstanceRecord instance) {
        CompletionStage<Void> unused = ask(() -> prober.identify(instance), Finding.SKIPPED, instance)
                .thenAccept(finding -> propose(deadlines.identified(instance, finding)));
    }

    /** Begins the checks that are due. One may end, and call this again, before its beginning returns: that goes round the loop. */
    void startChecks() {
        if (checksToStart.getAndIncrement() != 0) {
            return;
        }
        boolean done = false;
        try {
            int asked = 1;
            do {
                Optional<CheckSchedule.Run> next = nextCheck();
                while (next.isPresent()) {
                    check(next.get());
                    next = nextCheck();
                }
                asked = checksToStart.addAndGet(-asked);
            } while (asked != 0);
            done = true;
        } finally {
            if (!done) {
                // Whoever asked meanwhile is served by the next who asks.
                checksToStart.set(0);
            }
        }
    }

    private Optional<CheckSchedule.Run> nextCheck() {
        return open ? checks.next(nanoClock.getAsLong()) : Optional.empty();
    }

    private void check(CheckSchedule.Run run) {
        CompletionStage<Void> unused = ask(() -> prober.check(run.instance()), CheckResult.skipped(), run.instance())
                .thenAccept(result -> {
                    long now = nanoClock.getAsLong();
                    if (result.kind() == CheckResult.Kind.SKIPPED) {
                        checks.skipped(run, now);
                    } else {
                        checks.finished(run, now);
                    }
                    propose(deadlines.checked(run.instance(), result, now));
                    startChecks();
                });
    }

    /** What it found; {@code skipped} when it failed, so that the stage never does. */
    private static <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> probe, T skipped, InstanceRecord instance) {
        CompletionStage<T> stage;
        try {
            stage = probe.get();
        } catch (RuntimeException | LinkageError e) {
            stage = CompletableFuture.failedFuture(e);
        }
        return stage.exceptionally(failure -> {
            log.warn("The look at {} failed: {}", instance.key(), failure.toString());
            log.debug("The look at {} failed", instance.key(), failure);
            return skipped;
        });
    }

    private void propose(Optional<Command> command) {
        if (open) {
            command.ifPresent(proposals);
        }
    }
}
