package io.muster.gossip.transport;

import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.NodeAddress;

/** Carries messages, best effort. Both methods are called on one thread, the one on which messages arrive. */
public interface Transport {
    /** Sends one datagram. An error is told to {@link Receiver#sendFailed}, never during this call. */
    void sendDatagram(NodeAddress to, Message message);

    /** Asks by stream: connects, sends, and hands the answer over when it comes, if it comes in time. */
    void ask(NodeAddress to, Message message);

    /** Where messages arrive. */
    interface Receiver {
        void datagram(NodeAddress from, Message message);

        /** A question by stream; the answer, if any, is given before this returns. */
        void question(NodeAddress from, Message message, Answer answer);

        /** The answer to a question that was asked. */
        void answer(NodeAddress from, Message message);

        void sendFailed(NodeAddress to);
    }

    /** Sends the answer to one question. */
    @FunctionalInterface
    interface Answer {
        void send(Message message);
    }
}
