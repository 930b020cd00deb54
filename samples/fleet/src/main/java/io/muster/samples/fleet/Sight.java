package io.muster.samples.fleet;

import io.muster.gossip.protocol.StateValue;
import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one node sees of the fleet at one moment.
 *
 * @param observer the node's number
 * @param alive the nodes that it holds for alive, itself included
 * @param values what each node publishes of itself, by its name
 * @param handled the sum of the shared counter
 * @param settings the shared map
 */
record Sight(
        int observer,
        BitSet alive,
        Map<String, Map<String, StateValue>> values,
        long handled,
        Map<String, StateValue> settings) {
    /** The load that it has of a node. */
    @Nullable
    StateValue loadOf(String name) {
        return values.getOrDefault(name, Map.of()).get(EdgeNode.LOAD);
    }
}
