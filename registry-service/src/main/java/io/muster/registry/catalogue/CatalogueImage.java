package io.muster.registry.catalogue;

import java.util.List;

/**
 * A catalogue at one moment, from which an equal one can be made.
 *
 * @param epoch names its history
 * @param index how many changes were applied
 * @param forgotten the largest index at which a service lost its last instance
 * @param services those that have instances, in no order
 * @param settings what operators say, in order
 */
public record CatalogueImage(
        long epoch, long index, long forgotten, List<ServiceState> services, List<Setting> settings) {
    /** Copies the lists. */
    public CatalogueImage {
        services = List.copyOf(services);
        settings = List.copyOf(settings);
    }
}
