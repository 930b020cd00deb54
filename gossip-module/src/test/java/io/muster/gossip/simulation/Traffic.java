package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Message;
import java.util.function.ToIntFunction;

/** Counts what is sent, whether it arrives or not. */
final class Traffic {
    long datagrams;
    long datagramBytes;
    long streams;
    long streamBytes;
    private ToIntFunction<Message> size = Message::maxEncodedSize;

    /** Has messages count for as many bytes as {@code size} says, instead of an upper bound of their contents. */
    void measureBy(ToIntFunction<Message> newSize) {
        size = newSize;
    }

    void datagram(Message message) {
        datagrams++;
        datagramBytes += size.applyAsInt(message);
    }

    void stream(Message message) {
        streams++;
        streamBytes += size.applyAsInt(message);
    }

    void clear() {
        datagrams = 0;
        datagramBytes = 0;
        streams = 0;
        streamBytes = 0;
    }
}
