package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.NodeAddress;
import org.jspecify.annotations.Nullable;

/** Something that will happen; pooled. */
final class Event {
    enum Kind {
        WAKE,
        DELIVER,
        SEND_FAILED,
        ACTION
    }

    Kind kind = Kind.WAKE;
    int node;
    int life;
    long version;
    Effects.Channel channel = Effects.Channel.DATAGRAM;

    @Nullable
    NodeAddress from;

    final Message message = new Message();

    @Nullable
    Runnable action;

    /** Of a question on a stream: who asks, and in which of its lives; an answer goes there. */
    int asker;

    int askerLife;

    NodeAddress from() {
        NodeAddress known = from;
        if (known == null) {
            throw new IllegalStateException("event must come from somewhere");
        }
        return known;
    }
}
