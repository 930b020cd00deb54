package io.muster.registry.engine.standalone;

import java.time.Duration;

/**
 * How a registry that runs alone behaves.
 *
 * @param ttl after how long without a sign of life an instance is DOWN; also how long the registry warms
 * @param removeAfter after how long of being DOWN it is removed
 * @param maxInstances how many instances it holds at most
 * @param rememberedChanges how many changes a watcher may have missed and still resume without a snapshot
 */
public record StandaloneConfig(Duration ttl, Duration removeAfter, int maxInstances, int rememberedChanges) {}
