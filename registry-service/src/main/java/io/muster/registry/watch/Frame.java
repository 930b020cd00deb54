package io.muster.registry.watch;

import io.muster.api.ChangeEvent;
import io.muster.api.ClosingEvent;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.api.SnapshotEvent;
import io.muster.api.WatcherEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One event of a {@code text/event-stream} as bytes (WHATWG HTML, server-sent events). One frame goes to many watchers: its
 * parts are written one after the other and never written to.
 */
final class Frame {
    /** A comment: a sign of life. */
    static final Frame KEEP_ALIVE = of(":\n\n");

    private static final byte[] SNAPSHOT_WARMING =
            utf8("event: " + SnapshotEvent.NAME + "\ndata: {\"warming\":true,\"snapshot\":");
    private static final byte[] SNAPSHOT =
            utf8("event: " + SnapshotEvent.NAME + "\ndata: {\"warming\":false,\"snapshot\":");
    private static final byte[] SNAPSHOT_END = utf8("}\n\n");
    private static final byte[] CHANGE = utf8("event: " + ChangeEvent.NAME + "\ndata: ");
    private static final byte[] END = utf8("\n\n");

    private final List<byte[]> parts;

    private Frame(byte[]... parts) {
        this.parts = List.of(parts);
    }

    /** The line that names the position up to which the watcher is served, to stand before an event. */
    static byte[] id(Position position) {
        return utf8("id: " + position + "\n");
    }

    static Frame snapshot(boolean warming, EncodedService service) {
        return new Frame(warming ? SNAPSHOT_WARMING : SNAPSHOT, service.json(), SNAPSHOT_END);
    }

    static Frame change(ChangeEvent event) {
        return new Frame(CHANGE, JsonCodec.server().encode(event), END);
    }

    static Frame watcher(WatcherEvent event) {
        return event(WatcherEvent.NAME, event);
    }

    static Frame closing(ClosingEvent event) {
        return event(ClosingEvent.NAME, event);
    }

    /** Text as it stands. */
    static Frame of(String text) {
        return new Frame(utf8(text));
    }

    List<byte[]> parts() {
        return parts;
    }

    /** How many bytes it is. */
    int size() {
        int size = 0;
        for (byte[] part : parts) {
            size += part.length;
        }
        return size;
    }

    private static Frame event(String name, Object data) {
        return new Frame(utf8("event: " + name + "\ndata: "), JsonCodec.server().encode(data), END);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
