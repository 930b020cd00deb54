package io.muster.client;

import io.muster.api.ServiceSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the views to disk some time after they changed, and shows what was written by an earlier process when the first
 * attempts to reach a registry fail. Belongs to the event loop; the disk is touched by a worker.
 */
final class ViewKeeper {
    private static final Logger log = LoggerFactory.getLogger(ViewKeeper.class);
    private static final long DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final @Nullable ViewFile file;
    private final String namespace;
    private final Views views;
    private final EventLoop loop;
    private final Executor worker;

    /** What an earlier process knew, by service; null until it is needed. */
    private @Nullable Map<String, ServiceSnapshot> earlier;

    private boolean registryAnswered;
    private boolean reading;
    private boolean writing;

    /**
     * @param file null to keep nothing
     * @param worker runs one task after the other
     */
    ViewKeeper(@Nullable ViewFile file, String namespace, Views views, EventLoop loop, Executor worker) {
        this.file = file;
        this.namespace = namespace;
        this.views = views;
        this.loop = loop;
        this.worker = worker;
    }

    /** A registry tells what is: nothing older is of use any more. */
    void connected() {
        registryAnswered = true;
        earlier = null;
    }

    /** No registry could be reached. */
    void unreachable() {
        ViewFile source = file;
        if (source == null || registryAnswered || reading || earlier != null) {
            return;
        }
        reading = true;
        worker.execute(() -> {
            List<ServiceSnapshot> read = source.read(namespace);
            loop.execute(() -> restore(read));
        });
    }

    /** A view was added. */
    void added() {
        Map<String, ServiceSnapshot> known = earlier;
        if (known != null) {
            for (ServiceView view : views.all()) {
                ServiceSnapshot snapshot = known.get(view.service());
                if (snapshot != null && !view.known()) {
                    view.publish(view.state().restored(snapshot));
                }
            }
        }
    }

    /** A view changed by the registry's word. */
    void changed() {
        ViewFile target = file;
        if (target == null || writing) {
            return;
        }
        writing = true;
        loop.schedule(DELAY_NANOS, () -> {
            writing = false;
            write(target);
        });
    }

    /** Writes what has not been written yet. */
    void close() {
        ViewFile target = file;
        if (target != null && writing) {
            write(target);
        }
    }

    private void write(ViewFile target) {
        List<ServiceSnapshot> known = new ArrayList<>();
        for (ServiceView view : views.all()) {
            if (view.known()) {
                known.add(view.snapshot());
            }
        }
        worker.execute(() -> target.write(namespace, known));
    }

    private void restore(List<ServiceSnapshot> read) {
        reading = false;
        if (registryAnswered) {
            return;
        }
        Map<String, ServiceSnapshot> known = new HashMap<>();
        read.forEach(snapshot -> known.put(snapshot.service(), snapshot));
        earlier = known;
        if (!known.isEmpty()) {
            log.warn("No registry answers; going on with what an earlier process knew of {} services", known.size());
        }
        added();
    }
}
