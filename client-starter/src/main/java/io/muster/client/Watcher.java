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
import org.jspecify.annotations.Nullable;

/**
 * The client's half of one open stream: tells the registry the wanted services and what was applied. Of each there is one
 * call under way at most; what comes meanwhile goes into the next one. Belongs to the event loop.
 */
final class Watcher {
    /** Acknowledgements while changes come thick; a lone change is acknowledged at once. */
    /** A change reaches all clients of a machine before the first of them spends time on saying so. */
    private static final long ACKNOWLEDGEMENT_DELAY_NANOS = 25_000_000L;

    static final long ACKNOWLEDGEMENT_GAP_NANOS = 50_000_000L;

    private static final int MAX_FAILURES = 3;

    private final RegistryCalls calls;
    private final EventLoop loop;
    private final URI registry;
    private final String path;
    private final Backoff backoff;
    private final Supplier<Collection<String>> wanted;
    private final Consumer<String> broken;

    /** What the registry sends now. */
    private Set<String> subscribed;
    /** Forgotten since the last subscription: must leave before it can come back, or its snapshot would not be sent. */
    private final Set<String> leaving = new HashSet<>();

    /** The newest event, which an acknowledgement must cover. */
    private @Nullable Position owed;

    private @Nullable Position reached;
    private @Nullable Position acknowledged;
    private boolean subscribing;
    private boolean acknowledging;
    private boolean closed;
    private int failures;

    /**
     * @param named the services that the stream's URL named
     * @param wanted the services that are wanted now
     * @param broken told, with the reason, when the stream is of no more use
     */
    Watcher(
            RegistryCalls calls,
            EventLoop loop,
            Backoff backoff,
            URI registry,
            String id,
            Collection<String> named,
            Supplier<Collection<String>> wanted,
            Consumer<String> broken) {
        this.calls = calls;
        this.loop = loop;
        this.backoff = backoff;
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

    /** An event of this position is in its view. Others of positions before it may still come. */
    void applied(Position position) {
        if (owed == null || !owed.covers(position)) {
            owed = position;
        }
    }

    /** Everything up to this position is in the views. */
    void reached(Position position) {
        reached = position;
        acknowledge();
    }

    void close() {
        closed = true;
    }

    private void subscribed(Set<String> sent, @Nullable Reply reply, @Nullable Throwable failure) {
        subscribing = false;
        if (closed) {
            return;
        }
        if (reply != null && reply.isSuccess()) {
            failures = 0;
            backoff.reset();
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
        loop.schedule(backoff.nextNanos(), () -> {
            subscribing = false;
            subscribe();
        });
    }

    private void acknowledge() {
        Position position = reached;
        boolean nothingNew = position == null || position.equals(acknowledged);
        boolean nothingOwed = owed == null || (acknowledged != null && acknowledged.covers(owed));
        if (closed || acknowledging || position == null || nothingNew || nothingOwed) {
            return;
        }
        acknowledging = true;
        loop.schedule(ACKNOWLEDGEMENT_DELAY_NANOS, this::sendAcknowledgement);
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
        }
        long gap = success ? ACKNOWLEDGEMENT_GAP_NANOS : ACKNOWLEDGEMENT_GAP_NANOS + backoff.nextNanos();
        loop.schedule(gap, () -> {
            acknowledging = false;
            acknowledge();
        });
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
