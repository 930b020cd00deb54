/**
 * An edge fleet in one JVM: real gossip nodes over loopback that share telemetry without a coordinator, while some are killed,
 * paused and cut off. Whatever is shown is what the nodes themselves see; the sample knows better only when it judges them.
 */
@NullMarked
package io.muster.samples.fleet;

import org.jspecify.annotations.NullMarked;
