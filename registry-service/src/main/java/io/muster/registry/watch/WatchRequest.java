package io.muster.registry.watch;

import io.muster.api.InstanceReference;
import io.muster.api.Position;
import io.muster.api.Subscription;
import io.muster.registry.catalogue.ServiceKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A wish for a stream.
 *
 * @param namespace whose services
 * @param services those that it begins with; may be empty
 * @param lastEventId where an earlier stream ended; null for a new one
 * @param acknowledges whether the watcher will say what it has applied
 * @param former the id of the client's stream before this one; null when it names none
 * @param instance the registration that the stream belongs to; null when it belongs to none
 */
public record WatchRequest(
        String namespace,
        Subscription services,
        @Nullable Position lastEventId,
        boolean acknowledges,
        @Nullable String former,
        @Nullable InstanceReference instance) {
    List<ServiceKey> keys() {
        return keys(services);
    }

    List<ServiceKey> keys(Subscription subscription) {
        List<ServiceKey> keys = new ArrayList<>(subscription.services().size());
        for (String service : subscription.services()) {
            keys.add(new ServiceKey(namespace, service));
        }
        return keys;
    }
}
