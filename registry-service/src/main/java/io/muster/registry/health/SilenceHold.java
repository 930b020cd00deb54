package io.muster.registry.health;

/**
 * So many instances of a namespace are silent that none of them is evicted.
 *
 * @param namespace where
 * @param silent how many are silent
 * @param of how many were alive before
 * @param heldNanos for how long they have been held
 */
public record SilenceHold(String namespace, int silent, int of, long heldNanos) {}
