package io.muster.registry.engine.standalone;

import io.muster.registry.health.HealthConfig;

/**
 * How a registry that runs alone behaves.
 *
 * @param health when an instance counts as gone; the registry warms for its TTL
 * @param maxInstances how many instances it holds at most
 * @param rememberedChanges how many changes a watcher may have missed and still resume without a snapshot
 */
public record StandaloneConfig(HealthConfig health, int maxInstances, int rememberedChanges) {}
