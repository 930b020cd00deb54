package io.muster.registry.catalogue;

import io.muster.api.InstanceReference;
import io.muster.api.Names;

/**
 * Names an instance.
 *
 * @param service whose instance it is
 * @param id its id within the service
 */
public record InstanceKey(ServiceKey service, String id) {
    /** @throws io.muster.api.InvalidFieldException when the id breaks its rule */
    public InstanceKey {
        Names.instanceId(id);
    }

    /** The instance that a reference names, whatever its generation. */
    public static InstanceKey of(InstanceReference reference) {
        return new InstanceKey(new ServiceKey(reference.namespace(), reference.service()), reference.id());
    }

    @Override
    public String toString() {
        return service.namespace() + "/" + service.service() + "/" + id;
    }
}
