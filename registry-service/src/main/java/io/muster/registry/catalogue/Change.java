package io.muster.registry.catalogue;

import io.muster.api.InstanceStatus;
import org.jspecify.annotations.Nullable;

/**
 * One step of the catalogue's history.
 *
 * @param index its number, without gaps
 * @param key which instance changed
 * @param before the status that it had; null when it is new
 * @param now how it is now; null when it is gone
 * @param source who caused it
 * @param reason why, for people
 */
public record Change(
        long index,
        InstanceKey key,
        @Nullable InstanceStatus before,
        @Nullable InstanceRecord now,
        Source source,
        String reason) {}
