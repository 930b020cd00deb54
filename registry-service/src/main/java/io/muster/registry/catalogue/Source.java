package io.muster.registry.catalogue;

/** Who caused a change. */
public enum Source {
    /** The instance itself. */
    INSTANCE,
    /** Its checks: heartbeats, and later probes. */
    CHECKS,
    /** An operator. */
    OPERATOR,
    /** The registry, by its own rules. */
    REGISTRY
}
