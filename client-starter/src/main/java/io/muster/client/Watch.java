package io.muster.client;

import io.muster.api.ChangeEvent;
import io.muster.api.ClosingEvent;
import io.muster.api.InstanceReference;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.api.ProblemException;
import io.muster.api.SnapshotEvent;
import io.muster.api.WatcherEvent;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one event stream open and the views at its tip. Belongs to the event loop.
 *
 * <p>A stream that ended is opened again: on the next node after a short random wait, and after a round of all nodes with
 * back-off. It resumes what {@link ResumePoint} holds and adds the other services once it is open.
 */
final class Watch implements StreamConnection.Listener {
    private static final Logger log = LoggerFactory.getLogger(Watch.class);
    /** Leaves the rest of a request line of 4 KiB, a usual limit, to the other parts. */
    private static final int MAX_NAMED_CHARACTERS = 2_500;

    private final ClientConfig config;
    private final ClientRuntime runtime;
    private final EventLoop loop;
    private final Failover failover;
    private final RegistryCalls calls;
    private final Views views;
    private final ViewKeeper keeper;
    private final Reconnection reconnection;
    private final StreamStatus status;
    private final Supplier<Optional<InstanceReference>> instance;
    private final Consumer<Boolean> connected;
    private final ResumePoint resume = new ResumePoint();

    private final Set<String> forgottenWhileConnecting = new HashSet<>();
    private volatile @Nullable StreamConnection connection;
    private @Nullable Watcher watcher;
    /** The registry's name for the last stream, which may still be waited for. */
    private @Nullable String former;

    private List<String> named = List.of();
    private @Nullable InstanceReference namedInstance;
    /** The registration that a registry would not take with the stream. */
    private @Nullable InstanceReference refusedInstance;

    private boolean closingAnnounced;
    private volatile boolean closed;
    private boolean quiet;
    private long lastEpoch = -1;
    private long lastCheckNanos;

    /**
     * @param keeper told of what becomes of stream and views
     * @param instance the registration that the stream belongs to, when there is one
     * @param connected told of each opened stream, and whether its epoch is another one than the last
     */
    Watch(
            ClientConfig config,
            ClientRuntime runtime,
            Failover failover,
            RegistryCalls calls,
            Views views,
            ViewKeeper keeper,
            StreamStatus status,
            Access access,
            Supplier<Optional<InstanceReference>> instance,
            Consumer<Boolean> connected) {
        this.config = config;
        this.runtime = runtime;
        this.loop = runtime.events();
        this.failover = failover;
        this.calls = calls;
        this.views = views;
        this.keeper = keeper;
        this.status = status;
        this.instance = instance;
        this.connected = connected;
        this.reconnection = new Reconnection(config, runtime, access);
    }

    void start() {
        lastCheckNanos = runtime.nanoTime().getAsLong();
        scheduleCheck();
        connect();
    }

    /** Ends the stream; completes when the registry knows that nobody needs to wait for it, or could not be told. */
    CompletableFuture<Void> close() {
        closed = true;
        keeper.close();
        CompletableFuture<Void> left = watcher == null ? CompletableFuture.completedFuture(null) : watcher.leave();
        drop();
        status.disconnected(failover.current(), "closed");
        return left;
    }

    /** Ends the stream's connection, whatever the loop does; for any thread, after which nothing is opened again. */
    void cut() {
        closed = true;
        StreamConnection current = connection;
        if (current != null) {
            current.cut();
        }
    }

    /** The set of wanted services has grown. */
    void viewAdded() {
        keeper.added();
        if (watcher != null) {
            watcher.subscribe();
        }
    }

    void viewRemoved(String service) {
        resume.forgotten(service);
        if (watcher != null) {
            watcher.forgotten(service);
        } else if (connection != null) {
            forgottenWhileConnecting.add(service);
        }
    }

    /** The stream belongs to another registration now: an open one is replaced, without a gap and without a word. */
    void instanceChanged() {
        StreamConnection current = connection;
        Optional<InstanceReference> reference = nameableInstance();
        if (closed || current == null || reference.isEmpty() || reference.get().equals(namedInstance)) {
            return;
        }
        log.debug("Opening the stream again for {}", reference.get());
        // One that was lost and is not open again yet is still to be told of.
        quiet |= watcher != null;
        drop();
        connect();
    }

    @Override
    public void event(StreamConnection from, String name, byte[] data, @Nullable String id) {
        if (from != connection) {
            return;
        }
        try {
            switch (name) {
                // Its id says where the registry is, not what this stream has brought: what was missed comes after it.
                case WatcherEvent.NAME -> opened(from, decode(data, WatcherEvent.class));
                case SnapshotEvent.NAME -> snapshot(decode(data, SnapshotEvent.class), id);
                case ChangeEvent.NAME -> change(decode(data, ChangeEvent.class), id);
                case ClosingEvent.NAME -> closing(from, decode(data, ClosingEvent.class));
                default -> log.debug("Passed over event {}", name);
            }
        } catch (ProblemException e) {
            resume.reset();
            from.fail("cannot read event " + Printable.of(name) + ": " + Printable.of(e));
        }
    }

    @Override
    public void id(StreamConnection from, String id) {
        if (from == connection) {
            reached(id);
        }
    }

    @Override
    public void ended(StreamConnection from, StreamConnection.End end) {
        if (from != connection || closed) {
            return;
        }
        if (namedInstance != null && (end.status() == 403 || end.status() == 404 || end.status() == 409)) {
            refusedInstance = namedInstance;
        }
        boolean wasOpen = watcher != null;
        quiet = false;
        keeper.unreachable();
        drop();
        failover.failed(from.registry());
        status.disconnected(failover.current(), end.problem());
        long delayNanos = reconnection.lost(
                new Reconnection.Loss(from, end, wasOpen, closingAnnounced),
                views.all().size());
        loop.schedule(delayNanos, this::connect);
    }

    private void connect() {
        if (closed || connection != null) {
            return;
        }
        URI registry = failover.current();
        namedInstance = nameableInstance().orElse(null);
        named = resume.named(views.services(), MAX_NAMED_CHARACTERS);
        closingAnnounced = false;
        forgottenWhileConnecting.clear();
        Position resumed = resume.position().orElse(null);
        StreamConnection next = new StreamConnection(
                runtime.http(),
                loop,
                runtime.nanoTime(),
                registry,
                StreamConnection.request(registry, path(), resumed, config.security()),
                this);
        connection = next;
        next.open();
    }

    private Optional<InstanceReference> nameableInstance() {
        return instance.get().filter(reference -> !reference.equals(refusedInstance));
    }

    private String path() {
        StringBuilder path = new StringBuilder("/v1/watch?ack=true&namespace=").append(config.namespace());
        InstanceReference own = namedInstance;
        if (own != null) {
            path.append("&instance=").append(own.service()).append('/').append(own.id());
            path.append("&generation=").append(own.generation());
        }
        if (former != null) {
            path.append("&former=").append(former);
        }
        for (String service : named) {
            path.append("&service=").append(service);
        }
        return path.toString();
    }

    private void opened(StreamConnection from, WatcherEvent event) {
        if (watcher != null) {
            from.fail("the registry named a second watcher");
            return;
        }
        if (!isPathSegment(event.watcher())) {
            from.fail("the registry named a watcher that fits no path");
            return;
        }
        long epoch = event.position().epoch();
        calls.observe(from.registry(), event.position());
        resume.opened(named, epoch);
        keeper.connected();
        former = event.watcher();
        watcher = new Watcher(
                calls,
                loop,
                reconnection::newBackoff,
                runtime.random(),
                from.registry(),
                event.watcher(),
                named,
                views::services,
                from::fail);
        // The request named them before they were forgotten: wanted anew, they need a snapshot.
        forgottenWhileConnecting.forEach(watcher::forgotten);
        forgottenWhileConnecting.clear();
        watcher.subscribe();
        reconnection.opened(from, event, quiet);
        // Who watches nothing misses nothing, and is told by nothing that it is over.
        status.connected(from, event.warming() && !views.services().isEmpty(), quiet);
        quiet = false;
        connected.accept(lastEpoch != epoch);
        lastEpoch = epoch;
    }

    private void snapshot(SnapshotEvent event, @Nullable String id) {
        status.warming(event.warming());
        if (views.apply(event)) {
            keeper.changed();
            resume.snapshot(event.snapshot().service(), event.warming());
        }
        // It may stand for changes that were passed over on the way, whatever they were.
        applied(event.snapshot().position(), true, id);
    }

    private void change(ChangeEvent event, @Nullable String id) {
        if (views.apply(event)) {
            keeper.changed();
        } else {
            resume.missed(event.service());
        }
        applied(event.position(), takesFromRotation(event), id);
    }

    private static boolean takesFromRotation(ChangeEvent event) {
        return !event.removed().isEmpty()
                || event.instances().stream()
                        .anyMatch(instance -> !instance.status().takesRequests() || instance.weight() == 0);
    }

    private void applied(Position position, boolean promptly, @Nullable String id) {
        if (watcher != null) {
            watcher.applied(position, promptly);
        }
        if (id != null) {
            reached(id);
        }
    }

    private void reached(String id) {
        Optional<Position> position = Position.tryParse(id);
        if (watcher != null && position.isPresent()) {
            resume.reached(position.get());
            status.applied(position.get());
            watcher.reached(position.get());
        }
    }

    private void closing(StreamConnection from, ClosingEvent event) {
        closingAnnounced = true;
        from.fail("planned end: " + Printable.of(event.reason()));
    }

    /** Leaves the stream as it is, open or not. */
    private void drop() {
        StreamConnection current = connection;
        if (current != null) {
            current.cut();
            connection = null;
        }
        if (watcher != null) {
            watcher.close();
            watcher = null;
        }
    }

    private void scheduleCheck() {
        loop.schedule(checkNanos(), this::check);
    }

    private long checkNanos() {
        return Math.min(
                        config.streamSilence().toNanos(),
                        config.requestTimeout().toNanos())
                / 4;
    }

    /** Ends a stream that is silent. After a pause of this process itself it gets another round to be heard. */
    private void check() {
        if (closed) {
            return;
        }
        long now = runtime.nanoTime().getAsLong();
        boolean paused = now - lastCheckNanos > 3 * checkNanos();
        lastCheckNanos = now;
        StreamConnection current = connection;
        if (current != null && !paused) {
            if (now - current.lastByteNanos() > config.streamSilence().toNanos()) {
                current.fail("silent for more than " + config.streamSilence().toMillis() + " ms");
            } else if (watcher == null
                    && now - current.openedNanos() > config.requestTimeout().toNanos()) {
                current.fail("did not open the stream within "
                        + config.requestTimeout().toMillis() + " ms");
            }
        }
        scheduleCheck();
    }

    private static boolean isPathSegment(String text) {
        return text.matches("[A-Za-z0-9._~-]{1,200}");
    }

    private static <T> T decode(byte[] data, Class<T> type) {
        return JsonCodec.client().decode(data, type).value();
    }
}
