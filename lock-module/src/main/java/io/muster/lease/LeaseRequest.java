package io.muster.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants a lease for.
 *
 * @param name of the lease, 1 to 200 printable characters
 * @param ttl how long it lives when its holder falls silent; null for the settings' one
 * @param maxHold after this time it is lost however well it is renewed; null for the settings' one
 * @param resources whose fences are raised before the holder reads; each must be guarded by every fence
 * @param tick the planned time of a run that is to happen once, of the years 1 to 9999, kept to the millisecond; null for none
 */
public record LeaseRequest(
        String name,
        @Nullable Duration ttl,
        @Nullable Duration maxHold,
        Set<String> resources,
        @Nullable Instant tick) {
    /** The most resources of one lease. */
    public static final int MAX_RESOURCES = 32;

    /** @throws IllegalArgumentException names the field and its value if one is out of range */
    public LeaseRequest {
        Names.checked("name", name);
        resources.forEach(resource -> Names.checked("resource", resource));
        if (resources.size() > MAX_RESOURCES) {
            throw new IllegalArgumentException(
                    "resources must be at most " + MAX_RESOURCES + " but were " + resources.size());
        }
        if (maxHold != null && (maxHold.isZero() || maxHold.isNegative())) {
            throw new IllegalArgumentException("maxHold must be positive but was " + maxHold);
        }
        tick = Names.checkedTick(tick);
        // Sorted, so that two holders of several resources take their fences in the same order.
        resources = Collections.unmodifiableSortedSet(new TreeSet<>(resources));
    }

    /** The settings' times, no resources, no tick. */
    public static LeaseRequest of(String name) {
        return new LeaseRequest(name, null, null, Set.of(), null);
    }

    public LeaseRequest withTtl(Duration newTtl) {
        return new LeaseRequest(name, newTtl, maxHold, resources, tick);
    }

    public LeaseRequest withMaxHold(Duration newMaxHold) {
        return new LeaseRequest(name, ttl, newMaxHold, resources, tick);
    }

    /** Declares the resources that the work writes to. */
    public LeaseRequest withResources(String... newResources) {
        return new LeaseRequest(name, ttl, maxHold, Set.copyOf(List.of(newResources)), tick);
    }

    public LeaseRequest withTick(Instant newTick) {
        return new LeaseRequest(name, ttl, maxHold, resources, newTick);
    }
}
