/**
 * The SWIM protocol as a pure state machine: {@code (state, input, now) -> effects}. No thread, clock, socket, hidden
 * randomness or order of a hash table stands in here; one caller at a time.
 */
@NullMarked
package io.muster.gossip.protocol;

import org.jspecify.annotations.NullMarked;
