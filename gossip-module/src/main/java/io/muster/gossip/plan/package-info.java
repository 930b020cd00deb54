/**
 * What to expect of a cluster before it exists. The formulas are pure: no randomness, clock or simulation; tests hold them against
 * the simulator.
 */
@NullMarked
package io.muster.gossip.plan;

import org.jspecify.annotations.NullMarked;
