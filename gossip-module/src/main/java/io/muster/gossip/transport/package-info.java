/** Frames between processes, over Netty: the only place in this module that touches sockets and threads. */
@NullMarked
package io.muster.gossip.transport;

import org.jspecify.annotations.NullMarked;
