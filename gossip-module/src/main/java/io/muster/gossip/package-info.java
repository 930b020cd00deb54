/**
 * SWIM membership and state gossip. The protocol is pure; only the transport touches sockets.
 */
@NullMarked
package io.muster.gossip;

import org.jspecify.annotations.NullMarked;
