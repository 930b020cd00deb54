package io.muster.registry.catalogue;

import io.muster.api.Names;

/**
 * Names a service.
 *
 * @param namespace its namespace
 * @param service its name
 */
public record ServiceKey(String namespace, String service) {
    /** @throws io.muster.api.InvalidFieldException when a name breaks its rule */
    public ServiceKey {
        Names.namespace(namespace);
        Names.service(service);
    }
}
