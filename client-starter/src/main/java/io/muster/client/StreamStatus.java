package io.muster.client;

import io.muster.api.Position;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is shown of the stream. Written on the event loop, read anywhere. */
final class StreamStatus {
    private static final Logger log = LoggerFactory.getLogger(StreamStatus.class);

    private final LongSupplier nanoTime;
    private final List<Consumer<ConnectionState>> listeners = new CopyOnWriteArrayList<>();
    private volatile Shown shown;

    /** @param lastByteNanos of the streams before this one; meaningful only when {@code heard} */
    private record Shown(
            @Nullable StreamConnection connection,
            URI registry,
            @Nullable Position position,
            boolean warming,
            boolean heard,
            long lastByteNanos,
            long opened,
            String problem) {
        Shown at(Position newPosition) {
            return new Shown(connection, registry, newPosition, warming, heard, lastByteNanos, opened, problem);
        }

        Shown warming(boolean newWarming) {
            return new Shown(connection, registry, position, newWarming, heard, lastByteNanos, opened, problem);
        }
    }

    StreamStatus(LongSupplier nanoTime, URI first) {
        this.nanoTime = nanoTime;
        this.shown = new Shown(null, first, null, false, false, 0, 0, "not connected yet");
    }

    ConnectionState current() {
        Shown now = shown;
        StreamConnection open = now.connection();
        long lastByteNanos = open == null ? now.lastByteNanos() : open.lastByteNanos();
        Duration sinceLastByte = now.heard() ? Duration.ofNanos(nanoTime.getAsLong() - lastByteNanos) : null;
        return new ConnectionState(
                open != null,
                now.registry(),
                now.position(),
                sinceLastByte,
                now.warming(),
                Math.max(0, now.opened() - 1),
                now.problem());
    }

    void onChange(Consumer<ConnectionState> listener) {
        listeners.add(listener);
    }

    /** @param quiet whether this stream replaces one that was not lost */
    void connected(StreamConnection connection, boolean warming, boolean quiet) {
        Shown before = shown;
        long opened = quiet && before.opened() > 0 ? before.opened() : before.opened() + 1;
        shown = new Shown(connection, connection.registry(), before.position(), warming, true, 0, opened, "");
        tell();
    }

    void disconnected(URI next, String problem) {
        Shown before = shown;
        StreamConnection open = before.connection();
        long lastByteNanos = open == null ? before.lastByteNanos() : open.lastByteNanos();
        shown = new Shown(
                null,
                next,
                before.position(),
                before.warming(),
                before.heard(),
                lastByteNanos,
                before.opened(),
                problem);
        if (open != null) {
            tell();
        }
    }

    void applied(Position position) {
        if (!position.equals(shown.position())) {
            shown = shown.at(position);
        }
    }

    void warming(boolean warming) {
        if (shown.warming() != warming) {
            shown = shown.warming(warming);
            tell();
        }
    }

    private void tell() {
        ConnectionState state = current();
        for (Consumer<ConnectionState> listener : listeners) {
            try {
                listener.accept(state);
            } catch (RuntimeException | Error e) {
                log.warn("A listener of the registry's connection failed; it did not take {}", state, e);
            }
        }
    }
}
