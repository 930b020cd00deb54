package io.muster.registry.health;

/**
 * When an instance counts as gone.
 *
 * @param ttlNanos after how long without a sign of life it is silent
 * @param removeAfterNanos after how long of being DOWN it is removed
 * @param holdLimitNanos how long the silence of many holds back their eviction at most
 */
public record HealthConfig(long ttlNanos, long removeAfterNanos, long holdLimitNanos) {}
