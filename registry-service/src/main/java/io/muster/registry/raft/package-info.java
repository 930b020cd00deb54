/**
 * Replicated logs on Apache Ratis. Its types stay in this package: everybody else knows
 * {@link io.muster.registry.replication.ReplicatedLog}.
 */
@NullMarked
package io.muster.registry.raft;

import org.jspecify.annotations.NullMarked;
