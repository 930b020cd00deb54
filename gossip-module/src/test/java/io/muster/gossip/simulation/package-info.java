/**
 * A cluster in one thread and in virtual time: the real protocol core over a network whose faults are drawn from a seed. The
 * same seed gives the same run. Published as a test fixture; {@link io.muster.gossip.simulation.Simulation} is the way in.
 */
@NullMarked
package io.muster.gossip.simulation;

import org.jspecify.annotations.NullMarked;
