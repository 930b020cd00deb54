/**
 * {@code ./bench gossip}: what the formulas say of a cluster, what the simulator says, and what real nodes do, beside Serf. A part
 * measures one of these and keeps its findings as they come.
 */
@NullMarked
package io.muster.benchmarks.gossip;

import org.jspecify.annotations.NullMarked;
