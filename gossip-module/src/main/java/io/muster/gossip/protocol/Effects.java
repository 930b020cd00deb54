package io.muster.gossip.protocol;

/** What a node wants done. Called within a call of the node, on its thread; no method may call the node back. */
public interface Effects {
    /** How a message travels. */
    enum Channel {
        /** One datagram, which may be lost, doubled or late. */
        DATAGRAM,
        /** One question on a stream of its own or a kept one; answers come back on it. */
        STREAM,
        /** The answer to the message being handled, by the way on which that came. */
        REPLY
    }

    /**
     * Sends a message, best effort. An error is reported by {@link SwimNode#onSendFailed} or not at all.
     *
     * @param message valid during the call only
     */
    void send(NodeAddress to, Channel channel, Message message);

    /** Tells what became of a member; in the order in which it happened. */
    void event(MemberEvent event);

    /** Tells that something that members share has changed. */
    void state(StateEvent event);
}
