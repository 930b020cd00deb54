package io.muster.gossip.protocol;

/** What a {@link SpreadQueue} passes on. */
interface Spreadable {
    /** Of two things with equal subjects the later one replaces the earlier one in the queue. */
    Object subject();

    int maxEncodedSize();

    void addTo(Message message);
}
