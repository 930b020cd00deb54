package io.muster.client;

import io.muster.api.Acknowledgement;
import io.muster.api.Position;
import io.muster.api.Subscription;
import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of one open stream: tells the registry the wanted services and what was applied. Of each there is one
 * call under way at most; what comes meanwhile goes into the next one. Belongs to the event loop.
 *
 * <p>An instance that is about to stop waits until its watchers have seen that it takes no more requests, so an event that
 * takes one out of the rotation is acknowledged at once, and everything else with it; other events can wait.
 */
final class Watcher {
    /**
     * From an event that somebody waits for to its acknowledgement, and as long again at random: the event reaches all
     * clients before the first of them spends time on saying so, and they do not say so all at once.
     */
    private static final long PROMPT_NANOS = 25_000_000L;

    /** The same for what nobody waits for: the registry only must see now and then that this stream is read. */
    private static final long LAZY_NANOS = 700_000_000L;

    /** Between an answer and the next acknowledgement. */
    private static final long GAP_NANOS = 50_000_000L;

    private static final int MAX_FAILURES = 3;

    private final RegistryCalls calls;
    private final EventLoop loop;
    private final URI registry;
    private final String path;
    private final Backoff subscriptionBackoff;
    private final Backoff acknowledgementBackoff;
    private final RandomGenerator random;
    private final Supplier<Collection<String>> wanted;
    private final Consumer<String> broken;

    /** What the registry sends now. */
    private Set<String> subscribed;
    /** Forgotten since the last subscription: must leave before it can come back, or its snapshot would not be sent. */
    private final Set<String> leaving = new HashSet<>();

    /** The newest event, which an acknowledgement must cover. */
    private @Nullable Position owed;
    /** The newest event whose acknowledgement somebody may wait for. */
    private @Nullable Position owedPromptly;

    private EventLoop.@Nullable Timer lazy;
    private @Nullable Position reached;
    private @Nullable Position acknowledged;
    private boolean subscribing;
    private boolean acknowledging;
    private boolean closed;
    private int failures;

    /**
     * @param newBackoff makes one for each kind of call
     * @param named the services that the stream's URL named
     * @param wanted the services that are wanted now
     * @param broken told, with the reason, when the stream is of no more use
     */
    Watcher(
            RegistryCalls calls,
            EventLoop loop,
            Supplier<Backoff> newBackoff,
            RandomGenerator random,
            URI registry,
            String id,
            Collection<String> named,
            Supplier<Collection<String>> wanted,
            Consumer<String> broken) {
        this.calls = calls;
        this.loop = loop;
        this.subscriptionBackoff = newBackoff.get();
        this.acknowledgementBackoff = newBackoff.get();
        this.random = random;
        this.registry = registry;
        this.path = "/v1/watch/" + id;
        this.subscribed = new HashSet<>(named);
        this.wanted = wanted;
        this.broken = broken;
    }

    /** Makes the registry send what is wanted. */
    void subscribe() {
        Set<String> next = new TreeSet<>(wanted.get());
        leaving.retainAll(subscribed);
        next.removeAll(leaving);
        if (closed || subscribing || next.equals(subscribed)) {
            return;
        }
        Subscription body = new Subscription(List.copyOf(next));
        subscribing = true;
        CompletableFuture<Reply> answer =
                calls.sendTo(registry, new RegistryCalls.Call("PUT", path + "/services", body));
        loop.whenDone(answer, (reply, failure) -> subscribed(next, reply, failure));
    }

    /** The service is wanted no more, or wanted anew. */
    void forgotten(String service) {
        leaving.add(service);
        subscribe();
    }

    /**
     * An event of this position is in its view. Others of positions before it may still come.
     *
     * @param promptly whether somebody may wait for its acknowledgement
     */
    void applied(Position position, boolean promptly) {
        owed = later(owed, position);
        if (promptly) {
            owedPromptly = later(owedPromptly, position);
        }
    }

    /** Everything up to this position is in the views. */
    void reached(Position position) {
        reached = position;
        acknowledge();
    }

    /** Tells the registry that nobody acts on this stream any more; completes, without failure, when that is done. */
    CompletableFuture<Void> leave() {
        return calls.sendTo(registry, new RegistryCalls.Call("DELETE", path, null))
                .handle((reply, failure) -> null);
    }

    void close() {
        closed = true;
        cancelLazy();
    }

    private void subscribed(Set<String> sent, @Nullable Reply reply, @Nullable Throwable failure) {
        subscribing = false;
        if (closed) {
            return;
        }
        if (reply != null && reply.isSuccess()) {
            failures = 0;
            subscriptionBackoff.reset();
            leaving.removeIf(service -> !sent.contains(service));
            subscribed = sent;
            subscribe();
            return;
        }
        failures++;
        if (isGone(reply) || failures >= MAX_FAILURES) {
            broken.accept("cannot subscribe: " + describe(reply, failure));
            return;
        }
        subscribing = true;
        loop.schedule(Math.max(retryAfterNanos(reply), subscriptionBackoff.nextNanos()), () -> {
            subscribing = false;
            subscribe();
        });
    }

    private void acknowledge() {
        Position position = reached;
        if (closed || acknowledging || position == null || position.equals(acknowledged)) {
            return;
        }
        if (isUnacknowledged(owedPromptly)) {
            cancelLazy();
            acknowledging = true;
            loop.schedule(jittered(PROMPT_NANOS), this::sendAcknowledgement);
        } else if (lazy == null && isUnacknowledged(owed)) {
            lazy = loop.schedule(jittered(LAZY_NANOS), () -> {
                lazy = null;
                acknowledging = true;
                sendAcknowledgement();
            });
        }
    }

    private long jittered(long nanos) {
        return nanos + random.nextLong(nanos);
    }

    private boolean isUnacknowledged(@Nullable Position position) {
        return position != null && (acknowledged == null || !acknowledged.covers(position));
    }

    private void cancelLazy() {
        if (lazy != null) {
            lazy.cancel();
            lazy = null;
        }
    }

    private void sendAcknowledgement() {
        Position position = reached;
        if (closed || position == null) {
            return;
        }
        Acknowledgement body = new Acknowledgement(position);
        CompletableFuture<Reply> answer = calls.sendTo(registry, new RegistryCalls.Call("POST", path + "/ack", body));
        loop.whenDone(answer, (reply, failure) -> acknowledged(position, reply, failure));
    }

    private void acknowledged(Position sent, @Nullable Reply reply, @Nullable Throwable failure) {
        if (closed) {
            return;
        }
        if (isGone(reply)) {
            broken.accept("cannot acknowledge: " + describe(reply, failure));
            return;
        }
        boolean success = reply != null && reply.isSuccess();
        if (success) {
            acknowledged = sent;
            acknowledgementBackoff.reset();
        }
        long gap =
                success ? GAP_NANOS : Math.max(retryAfterNanos(reply), GAP_NANOS + acknowledgementBackoff.nextNanos());
        loop.schedule(gap, () -> {
            acknowledging = false;
            acknowledge();
        });
    }

    private static Position later(@Nullable Position known, Position next) {
        return known != null && known.covers(next) ? known : next;
    }

    private static long retryAfterNanos(@Nullable Reply reply) {
        return reply == null ? 0 : reply.retryAfterNanos();
    }

    private static boolean isGone(@Nullable Reply reply) {
        return reply != null && reply.status() == 404;
    }

    private static String describe(@Nullable Reply reply, @Nullable Throwable failure) {
        if (reply != null) {
            return reply.describe();
        }
        return failure == null ? "no answer" : Printable.of(failure);
    }
}
