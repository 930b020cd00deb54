package io.muster.client;

import io.muster.api.DrainResult;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceReference;
import io.muster.api.InstanceStatus;
import io.muster.api.Names;
import io.muster.api.ProblemException;
import io.muster.api.Registered;
import io.muster.api.Registration;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one instance registered: registers it, renews it, registers it again when the registry forgot it, tells its
 * changes, deregisters it. Nothing here blocks or fails because the registry is away. Thread-safe; used once, from start
 * to stop.
 */
public final class InstanceRegistration implements Announcement {
    private static final Logger log = LoggerFactory.getLogger(InstanceRegistration.class);
    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MAX_FAREWELLS = 2;

    /*
     * One serial queue: at most one call to the registry is under way, and when it ends `next` compares what the registry
     * has with what is wanted and makes the next one. So a stop comes after a registration that is under way and knows its
     * generation, and changes reach the registry in order, the newest result at once. The fields without `volatile` below
     * belong to the renewal loop, those of the user's side are guarded by `this`.
     */
    private final Registrations owner;
    private final String namespace;
    private final String service;
    private final String id;
    private final Supplier<Registration> initial;
    private final InstanceCalls calls;
    private final Backoff backoff;
    private final CompletableFuture<Registered> first = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    private InstancePatch beforeStart = Patches.NO_CHANGE;
    private volatile boolean stopping;
    private volatile @Nullable Registration wanted;
    private volatile @Nullable Registered registered;
    private volatile @Nullable Long renewedNanos;
    private volatile String problem = "";

    private @Nullable Drain drain;
    private @Nullable Registration told;
    private EventLoop.@Nullable Timer retry;
    private boolean askedToWait;
    private boolean calling;
    /** Whether a registration without an answer may have reached the registry. */
    private boolean uncertain;

    private boolean warned;
    private int farewells;

    InstanceRegistration(
            Registrations owner, String namespace, String service, String id, Supplier<Registration> initial) {
        this.owner = owner;
        this.namespace = namespace;
        this.service = Names.service(service);
        this.id = Names.instanceId(id);
        this.initial = initial;
        this.calls = new InstanceCalls(owner::send, namespace, service, id);
        this.backoff = owner.newBackoff();
    }

    /** The service's name. */
    @Override
    public String service() {
        return service;
    }

    /** The instance's id within the service. */
    @Override
    public String id() {
        return id;
    }

    /**
     * Begins to register, in the background, and tries until it succeeds. Asks the supplier for what the instance says of
     * itself, on the caller's thread, and throws what it throws. Repeated calls answer the same.
     *
     * @return completes with the first answer of the registry; fails with
     *     {@link java.util.concurrent.CancellationException} when stopped before
     * @throws IllegalStateException when it was stopped
     */
    @Override
    public synchronized CompletableFuture<Registered> start() {
        if (stopping) {
            throw new IllegalStateException("registration of " + this + " must not be stopped before its start");
        }
        if (wanted == null) {
            wanted = initial.get().with(beforeStart);
            owner.started(this);
            if (!proceed()) {
                throw new IllegalStateException("registry client must be open but was closed");
            }
        }
        return first.copy();
    }

    /**
     * Changes what the instance says of itself. It is told to the registry at once, or when it is back; of several changes
     * that wait only the newest result is told. Before the start it changes what will be registered; after the stop
     * nothing.
     */
    @Override
    public synchronized void update(InstancePatch patch) {
        Registration current = wanted;
        if (current == null) {
            beforeStart = Patches.both(beforeStart, patch);
        } else if (!stopping) {
            wanted = current.with(patch);
            proceed();
        }
    }

    /**
     * Says DRAINING, and waits until everybody who watches the service has applied that; from then on nobody chooses this
     * instance. Another call before the answer takes the place of this one.
     *
     * @param timeout how long the registry waits at most
     * @return completes with the registry's answer, or empty when there is none: the registry does not know the instance or
     *     could not be asked. Never a failure
     */
    @Override
    public CompletableFuture<Optional<DrainResult>> drain(Duration timeout) {
        Drain next = new Drain(timeout, owner.nanoTime() + timeout.toNanos(), new CompletableFuture<>());
        boolean accepted = owner.loop().execute(() -> {
            Drain before = drain;
            if (before != null) {
                before.result().complete(Optional.empty());
            }
            drain = next;
            if (retry != null) {
                retry.cancel();
                retry = null;
            }
            // Whatever a call that is under way does.
            long patience = timeout.toNanos() + STOP_NANOS;
            owner.loop().schedule(patience, () -> next.result().complete(Optional.empty()));
        });
        if (!accepted) {
            next.result().complete(Optional.empty());
        }
        status(InstanceStatus.DRAINING);
        return next.result().copy();
    }

    /** The registry's last answer; empty while it does not know the instance. */
    @Override
    public Optional<Registered> current() {
        return Optional.ofNullable(registered);
    }

    /** How the registration stands now. */
    @Override
    public RegistrationState state() {
        Registration now = wanted;
        Registered answer = registered;
        Long renewed = renewedNanos;
        Duration age = renewed == null ? null : Duration.ofNanos(owner.nanoTime() - renewed);
        return RegistrationState.of(stopping, now, answer, age, problem);
    }

    /**
     * Ends renewals and deregisters, after a call to the registry that is under way. Repeated calls answer the same.
     *
     * @return completes within 2 s, never with a failure: an instance that could not be deregistered is evicted by the
     *     registry after its TTL
     */
    @Override
    public synchronized CompletableFuture<Void> stop() {
        if (!stopping) {
            stopping = true;
            boolean accepted = owner.loop().execute(() -> {
                if (retry != null) {
                    retry.cancel();
                    retry = null;
                }
                owner.loop().schedule(STOP_NANOS, this::giveUp);
                first.cancel(false);
                next();
            });
            if (!accepted) {
                stopped.complete(null);
            }
        }
        return stopped.copy();
    }

    /** {@link #stop()}, and waits for it. */
    @Override
    public void close() {
        CompletableFuture<Void> unused =
                stop().completeOnTimeout(null, STOP_NANOS + STOP_NANOS / 10, TimeUnit.NANOSECONDS);
        unused.join();
    }

    @Override
    public String toString() {
        return service + "/" + id;
    }

    /** Names the registration that the registry knows; empty without one, and once it is being stopped. */
    Optional<InstanceReference> reference() {
        Registered answer = registered;
        return answer == null || stopping
                ? Optional.empty()
                : Optional.of(new InstanceReference(namespace, service, id, answer.generation()));
    }

    boolean isNamedBy(InstanceReference reference) {
        return reference.service().equals(service) && reference.id().equals(id);
    }

    /** The registry confirmed a heartbeat that was sent then. */
    void renewed(long sentNanos) {
        renewedNanos = sentNanos;
    }

    /** The registry knows this generation no more. */
    void forgotten() {
        if (registered != null && !stopping) {
            log.info("The registry forgot {}; registering it again", this);
        }
        registered = null;
        next();
    }

    /** Tries within this time, if it waits after a failure and the registry did not ask it to. */
    void hurry(long delayNanos) {
        if (retry != null && !askedToWait) {
            retryIn(delayNanos);
        }
    }

    private boolean proceed() {
        return owner.loop().execute(this::next);
    }

    private void next() {
        Registration target = wanted;
        if (calling || retry != null) {
            return;
        }
        Registered answer = registered;
        if (stopping) {
            farewell(target, answer);
        } else if (drain != null) {
            drain(drain, answer);
        } else if (target != null && answer == null) {
            register(target);
        } else if (target != null && answer != null && !target.equals(told)) {
            call(calls.patch(answer, Patches.difference(told, target)), (reply, failure) -> {
                boolean lost = reply != null && (reply.status() == 404 || reply.status() == 409);
                if (lost) {
                    forgotten();
                } else {
                    answered(target, reply, failure);
                }
            });
        }
    }

    private void drain(Drain current, @Nullable Registered answer) {
        drain = null;
        if (answer == null) {
            current.result().complete(Optional.empty());
            next();
            return;
        }
        call(calls.drain(answer, current.remaining(owner.nanoTime())), (reply, failure) -> {
            Registration before = told;
            long wait = reply == null || !reply.isUnavailable() ? 0 : reply.retryAfterNanos();
            if (wait > 0 && drain == null && owner.nanoTime() + wait - current.untilNanos() < 0) {
                drain = current;
                askedToWait = true;
                retryIn(wait);
                return;
            }
            if (reply != null && reply.isSuccess() && before != null) {
                told = before.withStatus(InstanceStatus.DRAINING);
            } else {
                log.debug("{} could not be drained: {}", this, reply == null ? failure : reply.describe());
            }
            current.result().complete(InstanceCalls.drained(reply));
            next();
        });
    }

    private void register(Registration target) {
        call(calls.register(target), (reply, failure) -> {
            uncertain = failure != null && RegistryCalls.mayHaveArrived(failure);
            answered(target, reply, failure);
        });
    }

    /** Leaves the registry; a registration of which no answer came is made once more, to learn its generation. */
    private void farewell(@Nullable Registration target, @Nullable Registered answer) {
        boolean mayBeKnown = answer != null || uncertain;
        if (target == null || !mayBeKnown || farewells >= MAX_FAREWELLS) {
            ended(!mayBeKnown || target == null);
            return;
        }
        farewells++;
        if (answer == null) {
            register(target.withStatus(InstanceStatus.DRAINING));
            return;
        }
        call(calls.deregister(answer), (reply, failure) -> {
            boolean gone = reply != null && (reply.isSuccess() || reply.status() == 404 || reply.status() == 409);
            if (gone) {
                registered = null;
                uncertain = false;
            } else if (reply != null && reply.retryAfterNanos() > 0) {
                askedToWait = true;
                retryIn(reply.retryAfterNanos());
            }
            next();
        });
    }

    private void ended(boolean deregistered) {
        if (!stopped.isDone() && !deregistered) {
            log.warn("Could not deregister {}; the registry evicts it after its TTL", this);
        } else if (told != null) {
            log.info("Deregistered {}", this);
        }
        told = null;
        registered = null;
        owner.access().ended(accessName());
        owner.ended(this);
        stopped.complete(null);
    }

    private String accessName() {
        return "registration of " + this;
    }

    private void giveUp() {
        if (stopped.complete(null)) {
            log.warn("No answer to the deregistration of {} within 2 s; the registry evicts it after its TTL", this);
        }
    }

    private void answered(Registration sent, @Nullable Reply reply, @Nullable Throwable failure) {
        if (reply != null && reply.isSuccess()) {
            try {
                accepted(sent, reply.as(Registered.class));
                return;
            } catch (ProblemException e) {
                failed("cannot read the answer: " + Printable.of(e), true, 0);
                return;
            }
        }
        if (reply != null && reply.isRefusal() && !stopping) {
            problem = reply.describe();
            owner.access().refused(accessName(), reply.status(), problem);
            askedToWait = true;
            retryIn(backoff.longNanos());
        } else if (reply != null) {
            failed(reply.describe(), true, reply.retryAfterNanos());
        } else {
            failed(failure == null ? "no answer" : Printable.of(failure), false, 0);
        }
    }

    private void accepted(Registration sent, Registered answer) {
        Registered before = registered;
        Registration toldBefore = told;
        told = sent;
        registered = answer;
        renewedNanos = owner.nanoTime();
        problem = "";
        warned = false;
        backoff.reset();
        owner.access().accepted(accessName());
        if (before == null || !before.generation().equals(answer.generation())) {
            owner.registered();
            log.info("Registered {} as {} ({})", this, answer.generation(), sent.status());
        } else if (toldBefore != null && toldBefore.status() != sent.status()) {
            log.info("{} is {} now", this, sent.status());
        }
        if (!stopping) {
            owner.changed();
            first.complete(answer);
        }
        next();
    }

    /** @param refused whether the registry answered; that nobody answers is for the stream to tell */
    private void failed(String text, boolean refused, long retryAfterNanos) {
        problem = text;
        if (refused && !warned) {
            warned = true;
            log.warn("{} is not registered as it should be: {}. Correct what it names; trying goes on", this, text);
        } else {
            log.debug("Registration of {} failed: {}", this, text);
        }
        if (stopping) {
            next();
        } else {
            askedToWait = retryAfterNanos > 0;
            retryIn(Math.max(retryAfterNanos, backoff.nextNanos()));
        }
    }

    private void retryIn(long delayNanos) {
        if (retry != null) {
            retry.cancel();
        }
        retry = owner.loop().schedule(delayNanos, () -> {
            retry = null;
            next();
        });
    }

    private void call(CompletableFuture<Reply> sent, Then then) {
        calling = true;
        owner.loop().whenDone(sent, (reply, failure) -> {
            calling = false;
            then.accept(reply, failure);
        });
    }

    /** @param untilNanos when its time is over */
    private record Drain(Duration timeout, long untilNanos, CompletableFuture<Optional<DrainResult>> result) {
        Duration remaining(long nowNanos) {
            Duration left = Duration.ofNanos(untilNanos - nowNanos);
            return left.isNegative() ? Duration.ZERO : left.compareTo(timeout) > 0 ? timeout : left;
        }
    }

    /** Takes an answer or a failure. */
    @FunctionalInterface
    private interface Then {
        void accept(@Nullable Reply reply, @Nullable Throwable failure);
    }
}
