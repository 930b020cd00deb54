package io.muster.registry.engine;

import io.muster.api.Position;
import io.muster.api.ServiceHistory;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.health.SilenceHold;
import java.util.Collection;
import java.util.List;

/** What a node knows, read from its own memory. Thread-safe. */
public interface View {
    /** Where the node is. A service read afterwards is at least as new. */
    Position position();

    /** Whether the node may lag behind without knowing by how much. */
    boolean stale();

    /** Whether the registry started less than one TTL ago and may not know everybody yet. */
    boolean warming();

    /** The service; without instances when it is unknown. */
    ServiceState service(ServiceKey key);

    /** The services of a namespace that have instances, sorted by name. */
    List<ServiceState> services(String namespace);

    /** All services that have instances, in no order. */
    Collection<ServiceState> services();

    /** How many instances there are, in every status. */
    int size();

    /** What operators say of services and instances, registered or not; sorted by namespace, service and id. */
    List<Setting> settings();

    /** Where so many instances fell silent at once that nobody is evicted. */
    List<SilenceHold> holds();

    /** The last changes of a service that this node remembers, newest first. */
    List<ServiceHistory.Entry> history(ServiceKey service);
}
