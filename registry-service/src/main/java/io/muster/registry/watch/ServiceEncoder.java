package io.muster.registry.watch;

import io.muster.api.Instance;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.engine.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Encodes each state of a service once; lookups and streams share the bytes. It keeps the newest state of services that
 * have instances, so its size is bounded by the catalogue's. Thread-safe.
 */
public final class ServiceEncoder {
    private final View view;
    private final JsonCodec codec = JsonCodec.server();
    private final Map<ServiceKey, EncodedService> newest = new ConcurrentHashMap<>();

    /** @param view where services are read */
    public ServiceEncoder(View view) {
        this.view = view;
    }

    /** The service as it is now. */
    public EncodedService encode(ServiceKey key) {
        ServiceState state = view.service(key);
        EncodedService known = newest.get(key);
        if (known != null && known.state() == state) {
            return known;
        }
        long epoch = view.position().epoch();
        EncodedService fresh = new EncodedService(state, codec.encode(snapshot(state, epoch)), etag(state, epoch));
        if (state.isEmpty()) {
            newest.remove(key);
        } else {
            newest.merge(
                    key,
                    fresh,
                    (one, other) -> one.state().index() > other.state().index() ? one : other);
            // Its last instance may have gone since the state was read.
            forgetIfEmpty(key);
        }
        return fresh;
    }

    /** Drops what is kept of a service that has no instances any more. */
    void forgetIfEmpty(ServiceKey key) {
        newest.computeIfPresent(key, (k, known) -> view.service(k).isEmpty() ? null : known);
    }

    /** Of how many services it keeps the bytes. */
    int kept() {
        return newest.size();
    }

    private static String etag(ServiceState state, long epoch) {
        return "\"" + Long.toString(epoch, 36) + "-" + Long.toString(state.index(), 36) + "\"";
    }

    private static ServiceSnapshot snapshot(ServiceState state, long epoch) {
        List<Instance> instances = new ArrayList<>(state.instances().size());
        for (InstanceRecord record : state.instances()) {
            instances.add(record.toInstance());
        }
        return new ServiceSnapshot(
                state.key().namespace(), state.key().service(), new Position(epoch, state.index()), instances);
    }
}
