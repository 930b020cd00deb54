package io.muster.api;

import java.util.Objects;

/**
 * Names one registration.
 *
 * @param namespace {@code default} when absent
 * @param service the service's name
 * @param id the instance's id
 * @param generation the generation that the registry answered
 */
public record InstanceReference(String namespace, String service, String id, Position generation) {
    /** @throws InvalidFieldException when a part breaks its rule */
    public InstanceReference {
        namespace = Names.namespace(Objects.requireNonNullElse(namespace, Names.DEFAULT_NAMESPACE));
        Names.service(service);
        Names.instanceId(id);
        Names.required("generation", generation);
    }
}
