package io.muster.gossip.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Something that members share has changed in the eyes of one node.
 *
 * @param source of a value the member's name; of a map's entry the map's name; of a counter the member that counted
 * @param key of the value or entry, or the counter's name
 * @param value null: removed, perhaps with its member. Of a counter always null
 */
public record StateEvent(
        StateEntry.Kind kind,
        String source,
        String key,
        @Nullable StateValue value) {}
