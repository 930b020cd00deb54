package io.muster.registry.replication;

import java.util.Map;

/** What a node's logs show of themselves. Thread-safe; answers at once. */
public interface Replication {
    /** How this node stands in each of its groups, by their names. */
    Map<String, Standing> standings();

    /** Why this node takes no part, or one of its logs stands still; empty when all is well or it is starting still. */
    String failure();

    /** How many entries wait to be sent, in all groups. */
    int waiting();
}
