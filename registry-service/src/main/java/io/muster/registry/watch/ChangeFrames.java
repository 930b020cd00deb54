package io.muster.registry.watch;

import io.muster.api.ChangeEvent;
import io.muster.api.ChangeEvent.Removal;
import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.ServiceKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes one event of the changes of one service: the last state of each instance counts. */
final class ChangeFrames {
    private ChangeFrames() {}

    /**
     * @param service whose changes
     * @param changes in order, at least one
     * @param epoch the epoch of their indexes
     */
    static Frame encode(ServiceKey service, List<Change> changes, long epoch) {
        Map<String, Change> last = new LinkedHashMap<>();
        for (Change change : changes) {
            last.put(change.key().id(), change);
        }
        List<Instance> instances = new ArrayList<>();
        List<Removal> removed = new ArrayList<>();
        for (Change change : last.values()) {
            InstanceRecord now = change.now();
            if (now == null) {
                removed.add(new Removal(change.key().id(), change.reason()));
            } else {
                instances.add(now.toInstance());
            }
        }
        Position position = new Position(epoch, changes.get(changes.size() - 1).index());
        return Frame.change(new ChangeEvent(service.namespace(), service.service(), position, instances, removed));
    }
}
