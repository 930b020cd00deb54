package io.muster.registry.engine.raft;

import io.muster.registry.health.HealthConfig;
import java.time.Duration;

/**
 * How a registry of several nodes behaves.
 *
 * @param health when an instance counts as gone; a node warms for its TTL
 * @param maxInstances how many instances the catalogue holds at most; the leader's counts
 * @param rememberedChanges how many changes a watcher may have missed and still resume without a snapshot
 * @param staleAfter after how long without a leader a node says that it may lag behind
 */
public record RaftEngineConfig(HealthConfig health, int maxInstances, int rememberedChanges, Duration staleAfter) {}
