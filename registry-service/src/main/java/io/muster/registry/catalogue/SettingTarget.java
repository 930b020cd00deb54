package io.muster.registry.catalogue;

import io.muster.api.Names;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What an operator's setting is about; it need not be registered.
 *
 * @param service which service
 * @param id which instance of it; null for all of them, also those that are still to come
 */
public record SettingTarget(ServiceKey service, @Nullable String id) {
    /** By namespace, service and id; a service's own first. */
    static final Comparator<SettingTarget> ORDER = Comparator.<SettingTarget, String>comparing(
                    target -> target.service().namespace())
            .thenComparing(target -> target.service().service())
            .thenComparing(SettingTarget::orderedId);

    /** @throws io.muster.api.InvalidFieldException when the id breaks its rule */
    public SettingTarget {
        if (id != null) {
            Names.instanceId(id);
        }
    }

    /** One instance. */
    public static SettingTarget of(InstanceKey key) {
        return new SettingTarget(key.service(), key.id());
    }

    /** A whole service. */
    public static SettingTarget of(ServiceKey service) {
        return new SettingTarget(service, null);
    }

    /** No instance's id is empty. */
    private String orderedId() {
        return id == null ? "" : id;
    }

    @Override
    public String toString() {
        return service.namespace() + "/" + service.service() + (id == null ? "" : "/" + id);
    }
}
