package io.muster.gossip.plan;

import java.time.Duration;

/**
 * The cluster that is planned.
 *
 * @param members 3 to 16,384
 * @param loss of a datagram on its way, 0 to 0.5; streams are taken to get through
 * @param roundTrip between two members, above 0
 */
public record Fleet(int members, double loss, Duration roundTrip) {
    private static final int MOST_MEMBERS = 16_384;
    private static final double MOST_LOSS = 0.5;

    public Fleet {
        if (members < 3 || members > MOST_MEMBERS) {
            throw new IllegalArgumentException("members must be 3 to 16384 but was " + members);
        }
        if (!(loss >= 0 && loss <= MOST_LOSS)) {
            throw new IllegalArgumentException("loss must be 0 to 0.5 but was " + loss);
        }
        if (roundTrip.isNegative() || roundTrip.isZero()) {
            throw new IllegalArgumentException("roundTrip must be above 0 but was " + roundTrip);
        }
    }
}
