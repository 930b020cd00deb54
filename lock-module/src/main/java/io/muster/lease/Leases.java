package io.muster.lease;

import io.muster.lease.LeaseEvent.Acquired;
import io.muster.lease.LeaseEvent.AlreadyRan;
import io.muster.lease.LeaseEvent.Failed;
import io.muster.lease.LeaseEvent.Refused;
import io.muster.lease.LeaseStore.Durability;
import io.muster.lease.LeaseStore.LeaseView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of one process over one store: takes them, keeps them alive, and stops their work when they are lost.
 *
 * <pre>{@code
 * try (Lease lease = leases.tryAcquire(LeaseRequest.of("billing").withResources("invoices")).orElse(null)) {
 *     if (lease != null) {
 *         lease.run(() -> close(invoices, lease.fencingToken()));
 *     }
 * }
 * }</pre>
 *
 * <p>Thread-safe. One per process and store is enough: all its leases are renewed together.
 */
public final class Leases implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Leases.class);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
    private static final Duration STORE_WAIT = Duration.ofSeconds(5);

    private final LeaseStore store;
    private final LeaseSettings settings;
    private final Parts parts;
    private final Custody custody;
    private final Acquisition acquisition;
    private final Set<LeaderElection> elections = ConcurrentHashMap.newKeySet();

    Leases(
            LeaseStore store,
            LeaseSettings settings,
            List<Fence> fences,
            Consumer<? super LeaseEvent> listener,
            Parts parts) {
        Acquisition.checkTtl(settings.ttl(), store.traits());
        if (store.traits().durability() == Durability.WEAK && !settings.allowWeakStore()) {
            throw new IllegalArgumentException("allowWeakStore must be true for the store "
                    + store.traits().kind() + ", because a fail-over can lose its last tokens");
        }
        this.store = store;
        this.settings = settings;
        this.parts = parts;
        this.custody = new Custody(store, settings, parts, listener);
        this.acquisition = new Acquisition(custody, parts, List.copyOf(fences));
    }

    /** Leases without fences of their own and without a listener. */
    public static Leases open(LeaseStore store, LeaseSettings settings) {
        return open(store, settings, List.of(), Announcements.NOBODY);
    }

    /**
     * Leases over a store, which stays its owner's to close.
     *
     * @param fences each is raised for each declared resource of a new lease
     * @param listener gets the events, one after the other; it is best short
     * @throws IllegalArgumentException if the TTL is too short for the store, or the store is weak and that is not allowed
     */
    public static Leases open(
            LeaseStore store, LeaseSettings settings, List<Fence> fences, Consumer<? super LeaseEvent> listener) {
        Leases leases = new Leases(store, settings, fences, listener, Parts.ofTheSystem());
        if (store.traits().durability() == Durability.PROCESS) {
            log.warn("Leases are kept in memory: they hold among the threads of this process alone");
        }
        return leases;
    }

    /** Asks for a lease with the settings' times and no resources. */
    public Optional<Lease> tryAcquire(String name) {
        return tryAcquire(LeaseRequest.of(name));
    }

    /**
     * Asks for a lease once and raises its fences on the current thread. Waits for the store a third of the TTL, five
     * seconds at most, and for each fence as long as that takes.
     *
     * @return empty when somebody else holds it, or the tick has run already
     * @throws LeaseStoreException if the store failed or did not answer in time
     * @throws StaleFenceException if a resource has seen a larger token
     * @throws IllegalArgumentException if the TTL is too short for the store, or resources are named and no fence is there
     * @throws IllegalStateException if as many leases as allowed are held, or all is closed, also while this waits
     */
    public Optional<Lease> tryAcquire(LeaseRequest request) {
        CompletableFuture<Attempt> asked = acquisition.ask(request);
        Attempt attempt;
        try {
            attempt = asked.get();
        } catch (InterruptedException e) {
            var unused = asked.thenAccept(this::drop);
            Thread.currentThread().interrupt();
            throw new LeaseStoreException("interrupted while waiting for lease \"" + request.name() + "\"", e);
        } catch (ExecutionException e) {
            throw failed(request.name(), e.getCause() == null ? e : e.getCause());
        }
        return finish(request.name(), attempt);
    }

    /**
     * As {@link #tryAcquire(LeaseRequest)}, without waiting. The fences are raised, and what depends on the stage is run, on
     * threads that renew nothing. Who cancels the future gives the lease back.
     */
    public CompletableFuture<Optional<Lease>> acquire(LeaseRequest request) {
        CompletableFuture<Optional<Lease>> answer = new CompletableFuture<>();
        var unused = acquisition.ask(request).whenComplete((attempt, failure) -> {
            try {
                parts.workers().execute(() -> answer(answer, request.name(), attempt, failure));
            } catch (RuntimeException | Error e) {
                if (attempt != null) {
                    drop(attempt);
                }
                if (!custody.tell(() -> answer.completeExceptionally(failed(request.name(), e)))) {
                    answer.completeExceptionally(e);
                }
            }
        });
        return answer;
    }

    /**
     * Does work under a lease if it can be had now, marks the request's tick as completed when the work ends without an
     * exception, and gives the lease back.
     *
     * @return empty when the lease was not to be had
     * @throws Exception what {@link #tryAcquire(LeaseRequest)} and {@link Lease#call} throw
     * @throws NullPointerException if the task answers null
     */
    public <T> Optional<T> call(LeaseRequest request, Callable<T> task) throws Exception {
        Optional<Lease> acquired = tryAcquire(request);
        if (acquired.isEmpty()) {
            return Optional.empty();
        }
        try (Lease lease = acquired.get()) {
            T result = lease.call(task);
            lease.markCompleted();
            return Optional.of(Objects.requireNonNull(result, "the task's result must not be null; use run"));
        }
    }

    /**
     * As {@link #call}, for work that answers nothing.
     *
     * @return whether the lease was to be had
     */
    public boolean run(LeaseRequest request, Runnable task) {
        Optional<Lease> acquired = tryAcquire(request);
        if (acquired.isEmpty()) {
            return false;
        }
        try (Lease lease = acquired.get()) {
            lease.run(task);
            lease.markCompleted();
        }
        return true;
    }

    /**
     * Runs for a role, from now on until it is closed: leads while it holds the lease of that name, and asks again after a
     * refusal or loss. A leader keeps its lease however long unless the request limits it.
     *
     * @throws IllegalArgumentException as {@link #tryAcquire(LeaseRequest)}, or if the request has a tick
     */
    public LeaderElection elect(LeaseRequest request) {
        LeaderElection election = new LeaderElection(request, custody, acquisition, parts, elections::remove);
        elections.add(election);
        election.start();
        return election;
    }

    /**
     * Finds out whether a request can work here at all, without asking for the lease.
     *
     * @throws IllegalArgumentException if the TTL is too short for the store, or resources are named and no fence is there
     */
    public void check(LeaseRequest request) {
        Object unused = acquisition.checkedTerms(request);
    }

    /** The elections in which this process takes part. */
    public List<LeaderElection> elections() {
        return List.copyOf(elections);
    }

    /** What the store promises. */
    public LeaseStore.Traits storeTraits() {
        return store.traits();
    }

    /** The leases that this process holds now. */
    public List<Lease> held() {
        return custody.held().stream().filter(Lease::isHeld).toList();
    }

    /** Lost leases whose work goes on and is past the grace: for health. */
    public List<Lease> overruns() {
        return custody.overruns();
    }

    /** The settings given at the start. */
    public LeaseSettings settings() {
        return settings;
    }

    /**
     * What the store knows of a lease; waits for it five seconds at most.
     *
     * @return empty when it was never granted
     * @throws LeaseStoreException if the store failed or did not answer in time
     */
    public Optional<LeaseView> inspect(String name) {
        String checked = Names.checked("name", name);
        return answerOf("inspect \"" + name + "\"", () -> store.inspect(checked));
    }

    /**
     * Ends a lease, whoever holds it, for operators: the holder learns it at its next renewal, and until then its token
     * keeps its writes out. Waits for the store five seconds at most.
     *
     * @return whether it was held
     * @throws LeaseStoreException if the store failed or did not answer in time
     */
    public boolean forceRelease(String name) {
        String checked = Names.checked("name", name);
        boolean released = answerOf("force the release of \"" + name + "\"", () -> store.forceRelease(checked));
        log.info("Release of lease \"{}\" was forced; it was {}", name, released ? "held" : "free");
        return released;
    }

    /**
     * Ends all: stops elections, interrupts work that still runs under a lease and waits five seconds at most for its end,
     * gives the leases back, tells the listener, and ends the threads. A lease whose work does not end expires by itself.
     */
    @Override
    public void close() {
        if (!custody.close()) {
            return;
        }
        List<LeaderElection> running = List.copyOf(elections);
        running.forEach(LeaderElection::stop);
        List<Lease> leases = custody.held();
        leases.stream().filter(Lease::hasWork).forEach(lease -> custody.lose(lease, Lease.Loss.CLOSED));
        boolean interrupted = !custody.awaitNoWork(leases, CLOSE_WAIT);
        List<CompletableFuture<?>> releases = new ArrayList<>();
        leases.stream().filter(lease -> !lease.hasWork()).forEach(lease -> releases.add(custody.giveBack(lease)));
        running.forEach(election -> releases.add(election.resign()));
        try {
            if (!interrupted) {
                Object unused = CompletableFuture.allOf(releases.toArray(CompletableFuture[]::new))
                        .get(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("Not all leases could be given back; they expire by themselves", e);
        }
        custody.end();
        parts.shutdown().run();
    }

    private Optional<Lease> finish(String name, Attempt attempt) {
        if (attempt instanceof Attempt.Granted granted) {
            Lease lease = granted.lease();
            try {
                acquisition.raiseFences(lease);
            } catch (RuntimeException e) {
                throw failed(name, e);
            }
            custody.publish(new Acquired(lease));
            return Optional.of(lease);
        }
        if (attempt instanceof Attempt.Refused refused) {
            custody.publish(new Refused(name, refused.holder(), refused.atMost()));
        } else if (attempt instanceof Attempt.AlreadyRan ran) {
            custody.publish(new AlreadyRan(name, ran.completed()));
        }
        return Optional.empty();
    }

    private void answer(
            CompletableFuture<Optional<Lease>> answer,
            String name,
            @Nullable Attempt attempt,
            @Nullable Throwable failure) {
        try {
            if (attempt == null) {
                throw failed(name, Objects.requireNonNull(failure));
            }
            Optional<Lease> lease = finish(name, attempt);
            if (!answer.complete(lease)) {
                drop(attempt);
            }
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    private void drop(Attempt attempt) {
        if (attempt instanceof Attempt.Granted granted) {
            var unused = custody.giveBack(granted.lease());
        }
    }

    /** Tells of a failure; answers what to throw. */
    private RuntimeException failed(String name, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        custody.publish(new Failed(name, cause));
        return cause instanceof RuntimeException unchecked
                ? unchecked
                : new LeaseStoreException("lease \"" + name + "\": " + cause, cause);
    }

    private static <T> T answerOf(String what, Supplier<CompletionStage<T>> question) {
        Throwable cause;
        try {
            return question.get().toCompletableFuture().get(STORE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cause = e;
        } catch (ExecutionException e) {
            cause = e.getCause() == null ? e : e.getCause();
        } catch (TimeoutException | RuntimeException e) {
            cause = e;
        }
        throw new LeaseStoreException(what + " failed: " + cause, cause);
    }
}
