package io.muster.gossip.simulation;

import java.time.Duration;

/**
 * What the network does to messages. Streams lose nothing; what they lose is sent again, which takes time.
 *
 * @param minLatency of one way
 * @param maxLatency of one way; uniform in between
 * @param loss of a datagram, 0 to 1
 * @param burstShare of the time in which a node receives no datagram at all, 0 to 1
 * @param burst how long such a time is
 * @param duplicate of a datagram, 0 to 1
 * @param reorder datagrams that take ten times as long, 0 to 1
 * @param retransmissions of packets of streams, 0 to 1; each costs 200 ms, and twice that for the next of the same packet
 */
public record Conditions(
        Duration minLatency,
        Duration maxLatency,
        double loss,
        double burstShare,
        Duration burst,
        double duplicate,
        double reorder,
        double retransmissions) {
    /** One to five milliseconds, and nothing goes wrong. */
    public static final Conditions GOOD =
            new Conditions(Duration.ofMillis(1), Duration.ofMillis(5), 0, 0, Duration.ofSeconds(2), 0, 0, 0);

    public Conditions withLoss(double share) {
        return new Conditions(minLatency, maxLatency, share, burstShare, burst, duplicate, reorder, retransmissions);
    }

    public Conditions withBursts(double share, Duration length) {
        return new Conditions(minLatency, maxLatency, loss, share, length, duplicate, reorder, retransmissions);
    }

    public Conditions withDuplicates(double share) {
        return new Conditions(minLatency, maxLatency, loss, burstShare, burst, share, reorder, retransmissions);
    }

    public Conditions withReordering(double share) {
        return new Conditions(minLatency, maxLatency, loss, burstShare, burst, duplicate, share, retransmissions);
    }

    public Conditions withLatency(Duration least, Duration most) {
        return new Conditions(least, most, loss, burstShare, burst, duplicate, reorder, retransmissions);
    }

    public Conditions withRetransmissions(double share) {
        return new Conditions(minLatency, maxLatency, loss, burstShare, burst, duplicate, reorder, share);
    }
}
