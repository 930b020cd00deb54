package io.muster.client;

import io.muster.api.Heartbeats;
import io.muster.api.InstanceReference;
import io.muster.api.ProblemException;
import io.muster.api.Registered;
import io.muster.api.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registrations of a client, renewed together: one call per interval, however many there are. Its state belongs to the
 * renewal loop.
 */
final class Registrations {
    private static final Logger log = LoggerFactory.getLogger(Registrations.class);
    private static final String RENEWALS = "renewals";
    private static final long MIN_INTERVAL_MILLIS = 50;
    private static final long MAX_INTERVAL_MILLIS = 60_000;
    private static final long DEFAULT_INTERVAL_MILLIS = 5_000;
    private static final double JITTER = 0.1;
    /** Half of what the contract allows keeps a batch of long names within a usual bound on bodies. */
    private static final int MAX_BATCH = Heartbeats.MAX_INSTANCES / 2;
    /** After a registry's restart its clients come back spread over this time. */
    private static final long RETURN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ClientConfig config;
    private final ClientRuntime runtime;
    private final EventLoop loop;
    private final RegistryCalls calls;
    private final Access access;
    private final Runnable primaryChanged;
    private final Backoff backoff;
    private final List<InstanceRegistration> all = new CopyOnWriteArrayList<>();
    private volatile @Nullable InstanceReference primary;

    private EventLoop.@Nullable Timer timer;
    private long dueNanos;
    private long intervalMillis = DEFAULT_INTERVAL_MILLIS;
    private boolean beating;
    private boolean beatAgain;
    private boolean warned;
    private final LongAdder registered = new LongAdder();
    private final LongAdder heartbeatFailures = new LongAdder();

    /** @param primaryChanged called on the renewal loop when {@link #primary()} has changed */
    Registrations(
            ClientConfig config, ClientRuntime runtime, RegistryCalls calls, Access access, Runnable primaryChanged) {
        this.config = config;
        this.runtime = runtime;
        this.loop = runtime.renewals();
        this.calls = calls;
        this.access = access;
        this.primaryChanged = primaryChanged;
        this.backoff = newBackoff();
    }

    InstanceRegistration add(String service, String id, Supplier<Registration> initial) {
        return new InstanceRegistration(this, config.namespace(), service, id, initial);
    }

    /** The registration that the stream belongs to: the first one that the registry knows. */
    Optional<InstanceReference> primary() {
        return Optional.ofNullable(primary);
    }

    /** A stream was opened: whoever waits tries now; in a new epoch the registry may have forgotten everybody. */
    void connected(boolean newEpoch) {
        loop.execute(() -> {
            for (InstanceRegistration registration : all) {
                registration.hurry(spread());
            }
            if (newEpoch && !all.isEmpty()) {
                beatIn(spread());
            }
        });
    }

    /** Stops all; completes within the bound of each. */
    CompletableFuture<Void> stop() {
        return CompletableFuture.allOf(
                all.stream().map(InstanceRegistration::stop).toArray(CompletableFuture<?>[]::new));
    }

    /** How often what happened; any thread. */
    RenewalCounts counts() {
        return new RenewalCounts(registered.sum(), heartbeatFailures.sum());
    }

    /** The registry took an instance in. */
    void registered() {
        registered.increment();
    }

    Access access() {
        return access;
    }

    EventLoop loop() {
        return loop;
    }

    CompletableFuture<Reply> send(RegistryCalls.Call call) {
        return calls.send(call);
    }

    Backoff newBackoff() {
        return new Backoff(
                config.backoffInitial().toNanos(), config.backoffMax().toNanos(), runtime.random());
    }

    long nanoTime() {
        return runtime.nanoTime().getAsLong();
    }

    void started(InstanceRegistration registration) {
        all.add(registration);
    }

    /** The registry's answer for one of them is another one now. */
    void changed() {
        InstanceReference next =
                primaryHolder().flatMap(InstanceRegistration::reference).orElse(primary);
        if (next != null && !next.equals(primary)) {
            primary = next;
            primaryChanged.run();
        }
        long interval = intervalNanos();
        if (!beating && (timer == null || dueNanos - nanoTime() > interval)) {
            beatIn(interval);
        }
    }

    void ended(InstanceRegistration registration) {
        all.remove(registration);
        if (all.isEmpty()) {
            access.ended(RENEWALS);
        }
        InstanceReference current = primary;
        if (current != null && registration.isNamedBy(current)) {
            primary = null;
            changed();
        }
    }

    /** The stream stays with one registration, through its generations, while that one lasts. */
    private Optional<InstanceRegistration> primaryHolder() {
        InstanceReference current = primary;
        Optional<InstanceRegistration> same = current == null
                ? Optional.empty()
                : all.stream().filter(one -> one.isNamedBy(current)).findFirst();
        return same.isPresent()
                ? same
                : all.stream().filter(one -> one.reference().isPresent()).findFirst();
    }

    private void beatIn(long delayNanos) {
        if (beating) {
            beatAgain = true;
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        dueNanos = nanoTime() + delayNanos;
        timer = loop.schedule(delayNanos, this::beat);
    }

    private void beat() {
        timer = null;
        List<InstanceReference> references = new ArrayList<>();
        for (InstanceRegistration registration : all) {
            registration.reference().ifPresent(references::add);
        }
        if (references.isEmpty()) {
            return;
        }
        beating = true;
        beat(references, 0, nanoTime());
    }

    /** Sends the batch that begins at {@code from}, and after its answer the next one. */
    private void beat(List<InstanceReference> references, int from, long sentNanos) {
        int to = Math.min(references.size(), from + MAX_BATCH);
        List<InstanceReference> batch = references.subList(from, to);
        Heartbeats body = new Heartbeats(batch);
        loop.whenDone(send(new RegistryCalls.Call("POST", "/v1/heartbeats", body)), (reply, failure) -> {
            boolean renewed = reply != null && renewed(batch, reply, sentNanos);
            if (renewed && to < references.size()) {
                beat(references, to, nanoTime());
            } else {
                beaten(renewed, reply, failure);
            }
        });
    }

    private boolean renewed(List<InstanceReference> batch, Reply reply, long sentNanos) {
        Set<InstanceReference> unknown;
        try {
            unknown = Set.copyOf(reply.as(Heartbeats.Answer.class).unknown());
        } catch (ProblemException e) {
            return false;
        }
        Set<InstanceReference> renewed = Set.copyOf(batch);
        for (InstanceRegistration registration : all) {
            registration.reference().ifPresent(reference -> {
                if (unknown.contains(reference)) {
                    registration.forgotten();
                } else if (renewed.contains(reference)) {
                    registration.renewed(sentNanos);
                }
            });
        }
        return true;
    }

    private void beaten(boolean success, @Nullable Reply reply, @Nullable Throwable failure) {
        beating = false;
        boolean again = beatAgain;
        beatAgain = false;
        if (success) {
            access.accepted(RENEWALS);
            if (warned) {
                log.info("The registry takes renewals again");
            }
            warned = false;
            backoff.reset();
            beatIn(again ? spread() : intervalNanos());
            return;
        }
        heartbeatFailures.increment();
        if (reply != null && reply.isRefusal()) {
            access.refused(RENEWALS, reply.status(), reply.describe());
            beatIn(Math.max(intervalNanos(), backoff.longNanos()));
            return;
        }
        if (reply != null && !warned) {
            warned = true;
            log.warn(
                    "The registry does not take renewals: {}. It shows this process's instances as DOWN after their TTL."
                            + " Check the registry's own log; renewing goes on",
                    reply.describe());
        } else if (failure != null) {
            log.debug("Renewal failed", failure);
        }
        long retryAfterNanos = reply == null ? 0 : reply.retryAfterNanos();
        beatIn(Math.max(retryAfterNanos, Math.min(intervalNanos(), backoff.nextNanos())));
    }

    /** The shortest interval that is asked for, or was last asked for, give or take a tenth. */
    private long intervalNanos() {
        long shortest = Long.MAX_VALUE;
        for (InstanceRegistration registration : all) {
            Optional<Registered> current = registration.current();
            if (current.isPresent() && current.get().heartbeatMillis() > 0) {
                shortest = Math.min(shortest, current.get().heartbeatMillis());
            }
        }
        if (shortest != Long.MAX_VALUE) {
            intervalMillis = Math.max(MIN_INTERVAL_MILLIS, Math.min(MAX_INTERVAL_MILLIS, shortest));
        }
        double factor = 1 - JITTER + 2 * JITTER * runtime.random().nextDouble();
        return (long) (TimeUnit.MILLISECONDS.toNanos(intervalMillis) * factor);
    }

    private long spread() {
        return runtime.random().nextLong(RETURN_NANOS);
    }
}
