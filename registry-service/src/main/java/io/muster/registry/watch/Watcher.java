package io.muster.registry.watch;

import io.muster.api.Position;
import io.muster.registry.catalogue.ServiceKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One open stream.
 *
 * <p>The stream is a sequence of groups, and a group is written when the one before has left for the socket. So at most one
 * group is under way, whatever the reader does; meanwhile the mailbox collapses.
 */
final class Watcher {
    private final String id;
    private final WatchRequest request;
    private final Runnable cut;
    private final LongSupplier nanoClock;
    private final Sinks.Many<Watcher> tokens = Sinks.many().unicast().onBackpressureBuffer();

    /** Touched by the hub's thread alone. */
    private final Set<ServiceKey> services = new HashSet<>();

    private final Object lock = new Object();
    private final Mailbox mailbox = new Mailbox();
    private boolean announced;
    private long announcedNanos;
    private boolean closing;
    private volatile Position acknowledged;
    private volatile boolean left;

    Watcher(String id, WatchRequest request, Runnable cut, LongSupplier nanoClock) {
        this.id = id;
        this.request = request;
        this.cut = cut;
        this.nanoClock = nanoClock;
        // Who resumes from a position has applied it.
        Position resumed = request.lastEventId();
        this.acknowledged = resumed == null ? Position.NONE : resumed;
    }

    String id() {
        return id;
    }

    WatchRequest request() {
        return request;
    }

    Set<ServiceKey> services() {
        return services;
    }

    /** The position up to which the watcher says that it has applied everything. */
    Position acknowledged() {
        return acknowledged;
    }

    void acknowledge(Position position) {
        synchronized (lock) {
            if (position.epoch() != acknowledged.epoch() || position.index() > acknowledged.index()) {
                acknowledged = position;
            }
        }
    }

    /**
     * The stream; to be subscribed to once.
     *
     * @param snapshot encodes the newest state of a service
     * @param idLine names the position up to which every watcher has been given its changes
     */
    Flux<Flux<byte[][]>> groups(Function<ServiceKey, Frame> snapshot, Supplier<byte[]> idLine) {
        return tokens.asFlux()
                .map(token -> Flux.defer(() -> {
                    byte[][] parts = take(snapshot, idLine);
                    return parts.length == 0 ? Flux.empty() : Mono.just(parts).flux();
                }));
    }

    /** Puts an event into the mailbox that stands before all others; {@link #release()} sends it. */
    void stageControl(Frame control) {
        synchronized (lock) {
            mailbox.addControl(control);
        }
    }

    /** Asks for the newest state of a service; {@link #release()} sends it. */
    void stageSnapshot(ServiceKey service) {
        synchronized (lock) {
            mailbox.addSnapshot(service);
        }
    }

    /**
     * Puts a change into the mailbox; {@link #release()} sends it.
     *
     * @return whether the watcher is too slow and its changes collapsed
     */
    boolean stageChange(ServiceKey service, Frame change) {
        synchronized (lock) {
            return mailbox.addChange(service, change);
        }
    }

    /** Sends what was staged, under a position that covers it, which was published in between. */
    void release() {
        synchronized (lock) {
            if (mailbox.isEmpty()) {
                // It left just before with a group that was under way, under the position from before.
                mailbox.addKeepAlive();
            }
            announce();
        }
    }

    void keepAlive() {
        synchronized (lock) {
            if (!announced) {
                mailbox.addKeepAlive();
                announce();
            }
        }
    }

    /** For how long the reader has not taken what waits for it; 0 when nothing waits. */
    long stalledNanos() {
        synchronized (lock) {
            return announced ? nanoClock.getAsLong() - announcedNanos : 0;
        }
    }

    /** Its client says that it acts on nothing any more. */
    void leave() {
        left = true;
    }

    boolean hasLeft() {
        return left;
    }

    /** Ends the stream after a last event. */
    void close(Frame last) {
        synchronized (lock) {
            if (!closing) {
                mailbox.addControl(last);
                announce();
                closing = true;
                tokens.tryEmitComplete();
            }
        }
    }

    /** Ends the stream at once: its connection is cut. */
    void abort() {
        cut.run();
    }

    /** At most one token is under way: the group that it stands for takes everything that waits by then. */
    private void announce() {
        if (!announced && !closing) {
            announced = true;
            announcedNanos = nanoClock.getAsLong();
            tokens.tryEmitNext(this);
        }
    }

    private byte[][] take(Function<ServiceKey, Frame> snapshot, Supplier<byte[]> idLine) {
        synchronized (lock) {
            // Read before the mailbox: changes up to that position were put into it before the position was published.
            byte[] position = idLine.get();
            List<byte[]> batch = mailbox.take(snapshot, position);
            announced = false;
            if (!mailbox.isEmpty()) {
                announce();
            }
            return batch.toArray(byte[][]::new);
        }
    }
}
