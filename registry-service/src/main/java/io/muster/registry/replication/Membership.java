package io.muster.registry.replication;

import java.util.concurrent.CompletableFuture;

/**
 * Changes who belongs to a cluster, at run time. Thread-safe; nothing here blocks.
 *
 * <p>Each change is made in one group after the other. One that failed in between shows in {@link ClusterState#settled()} and
 * may be repeated: what is done already stays as it is. Changes fail with {@link MembershipException} when they are refused,
 * with {@link io.muster.registry.engine.EngineUnavailableException} when nothing could be done now, and with
 * {@link OutcomeUnknownException} when the time was up before a majority had confirmed them.
 */
public interface Membership {
    /** What this node knows by itself; answers at once. */
    ClusterState known();

    /** What the leaders know, as far as they answer; otherwise what this node knows. */
    CompletableFuture<ClusterState> current();

    /**
     * Adds a node, which takes over everything before it votes.
     *
     * @param id its name
     * @param address where its peers reach it, as {@code host:port}
     * @return whether anything was changed
     */
    CompletableFuture<Boolean> add(String id, String address);

    /**
     * Takes a node out; when it leads, it hands that over first.
     *
     * @param id its name
     * @return whether anything was changed
     */
    CompletableFuture<Boolean> remove(String id);

    /**
     * Makes a node the leader of all groups.
     *
     * @param id its name
     * @return whether anything was changed
     */
    CompletableFuture<Boolean> lead(String id);
}
