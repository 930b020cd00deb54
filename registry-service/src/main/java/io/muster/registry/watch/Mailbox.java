package io.muster.registry.watch;

import io.muster.registry.catalogue.ServiceKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one watcher still has to be sent: a bounded number of frames, and services whose newest state it needs. When the
 * frames are too many, the watcher is too slow for changes, and the changes of a service collapse into its newest
 * snapshot, taken at the moment when it can be written. Not thread-safe: its watcher guards it.
 */
final class Mailbox {
    static final int MAX_FRAMES = 64;
    static final int MAX_FRAME_BYTES = 1 << 20;
    private static final int BATCH_BYTES = 256 << 10;

    private final ArrayDeque<Frame> control = new ArrayDeque<>(2);
    private final Set<ServiceKey> snapshots = new LinkedHashSet<>();
    private final ArrayDeque<PendingChange> changes = new ArrayDeque<>();
    private int changeBytes;
    private boolean keepAlive;

    /** Adds an event that stands before all others. */
    void addControl(Frame frame) {
        control.add(frame);
    }

    /** Asks for the newest state of a service. */
    void addSnapshot(ServiceKey service) {
        snapshots.add(service);
    }

    /** Asks for a sign of life, unless something else is one. */
    void addKeepAlive() {
        keepAlive = true;
    }

    /**
     * Adds a change of a service.
     *
     * @return whether it made the pending changes collapse
     */
    boolean addChange(ServiceKey service, Frame frame) {
        if (snapshots.contains(service)) {
            return false;
        }
        if (changes.size() < MAX_FRAMES && changeBytes + frame.size() <= MAX_FRAME_BYTES) {
            changes.add(new PendingChange(service, frame));
            changeBytes += frame.size();
            return false;
        }
        for (PendingChange change : changes) {
            snapshots.add(change.service());
        }
        snapshots.add(service);
        changes.clear();
        changeBytes = 0;
        return true;
    }

    boolean isEmpty() {
        return control.isEmpty() && snapshots.isEmpty() && changes.isEmpty() && !keepAlive;
    }

    /**
     * Takes the next bytes to write, about 256 KiB or one event at most.
     *
     * @param snapshot encodes the newest state of a service
     * @param idLine stands before the last event when nothing is left after it: everything before is sent then
     */
    List<byte[]> take(Function<ServiceKey, Frame> snapshot, byte[] idLine) {
        List<byte[]> batch = new ArrayList<>(8);
        int bytes = 0;
        while (bytes < BATCH_BYTES) {
            Frame frame = next(snapshot);
            if (frame == null) {
                break;
            }
            if (isEmpty()) {
                batch.add(idLine);
            }
            batch.addAll(frame.parts());
            bytes += frame.size();
        }
        return batch;
    }

    private @Nullable Frame next(Function<ServiceKey, Frame> snapshot) {
        if (!control.isEmpty()) {
            return control.poll();
        }
        Iterator<ServiceKey> wanted = snapshots.iterator();
        if (wanted.hasNext()) {
            ServiceKey service = wanted.next();
            wanted.remove();
            return snapshot.apply(service);
        }
        PendingChange change = changes.poll();
        if (change != null) {
            changeBytes -= change.frame().size();
            return change.frame();
        }
        if (keepAlive) {
            keepAlive = false;
            return Frame.KEEP_ALIVE;
        }
        return null;
    }

    private record PendingChange(ServiceKey service, Frame frame) {}
}
