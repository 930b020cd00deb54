package io.muster.registry.proxy;

import io.muster.api.InstanceStatus;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.engine.View;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Event streams and WebSockets that are open. They may last for ever, so those of an instance that is being drained, or is gone, are told to end after a
 * while; their callers connect again, to another one. Thread-safe.
 */
final class OpenStreams {
    private final long afterDrainNanos;
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();

    /** @param afterDrainNanos how long a stream goes on after its instance takes no new requests any more */
    OpenStreams(long afterDrainNanos) {
        this.afterDrainNanos = afterDrainNanos;
    }

    /** One of them. */
    static final class Stream {
        private final ServiceKey service;
        private final InstanceTarget instance;
        private final Runnable end;
        private boolean leaving;
        private long leavingSince;

        private Stream(ServiceKey service, InstanceTarget instance, Runnable end) {
            this.service = service;
            this.instance = instance;
            this.end = end;
        }
    }

    /**
     * Counts one until {@link #remove}.
     *
     * @param end tells both sides that it is over; returns at once
     */
    Stream add(ServiceKey service, InstanceTarget instance, Runnable end) {
        Stream stream = new Stream(service, instance, end);
        streams.add(stream);
        return stream;
    }

    void remove(Stream stream) {
        streams.remove(stream);
    }

    int size() {
        return streams.size();
    }

    /** Ends those whose time is over. Calls are made one after the other. */
    void look(View view, long now) {
        for (Stream stream : List.copyOf(streams)) {
            if (!isLeaving(view, stream)) {
                stream.leaving = false;
            } else if (!stream.leaving) {
                stream.leaving = true;
                stream.leavingSince = now;
            }
            if (stream.leaving && now - stream.leavingSince >= afterDrainNanos) {
                streams.remove(stream);
                stream.end.run();
            }
        }
    }

    /** Ends all of them: the server itself goes. */
    void endAll() {
        for (Stream stream : List.copyOf(streams)) {
            streams.remove(stream);
            stream.end.run();
        }
    }

    /** Somebody who is DOWN may only have missed some heartbeats: what still flows is left alone. */
    private static boolean isLeaving(View view, Stream stream) {
        Optional<InstanceRecord> found = view.service(stream.service).find(stream.instance.id());
        if (found.isEmpty() || !found.get().generation().toString().equals(stream.instance.generation())) {
            return !view.warming();
        }
        InstanceStatus status = found.get().status();
        return status == InstanceStatus.DRAINING || status == InstanceStatus.MAINTENANCE;
    }
}
