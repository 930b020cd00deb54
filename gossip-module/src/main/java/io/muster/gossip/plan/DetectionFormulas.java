package io.muster.gossip.plan;

import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.protocol.Timing;
import java.time.Duration;

/*
 * From a crash to its being known.
 *
 * First suspect. Each of the m = n - 1 others probes the dead member once in a round of m periods T, in random order. So the
 * first of them does so after m T / (m + 1) on average, whatever n is, and judges one period later [1, section 4.3].
 *
 * First dead. A suspicion lasts f(c) with c confirmations, from max = f(0) to min = f(k) [2, section IV-B]. The probes of the
 * others confirm it: each has come by t with probability q = t (m + 1) / (m m T). So a suspicion is still open after t, with
 * f(c) <= t < f(c - 1), if fewer than c of the m - 1 others have confirmed, which is binomial; and the mean is the integral
 * over t. In large clusters confirmations come long before min, and it lasts min.
 *
 * All know. By then all have been told of the suspicion, and find that it has run out when they have been told, or hear of the
 * death before; see Epidemic.
 *
 * [1] Das, Gupta, Motivala: SWIM, DSN 2002   [2] Dadgar, Phillips, Currey: Lifeguard, 2017
 */
final class DetectionFormulas {
    private static final int STEPS = 4000;

    private final double period;
    private final double probers;
    private final long min;
    private final long max;
    private final int needed;

    DetectionFormulas(SwimConfig config, Fleet fleet) {
        int n = fleet.members();
        this.period = config.probing().period().toNanos();
        this.probers = n - 1.0;
        this.min = Timing.suspicionMinNanos(config, n);
        boolean dynamic = config.lifeguard().dynamicTimeout();
        this.max = dynamic ? min * config.suspicion().beta() : min;
        this.needed = dynamic ? Timing.confirmationsNeeded(config, n) : 0;
    }

    Plan.Detection detection(Epidemic epidemic) {
        Duration suspect = nanos(period * probers / (probers + 1) + period);
        Duration dead = suspect.plus(nanos(suspicion()));
        return new Plan.Detection(suspect, dead, dead.plus(epidemic.afterFirstDeath()));
    }

    /** Mean length of a suspicion of a dead member. */
    private double suspicion() {
        if (needed == 0) {
            return min;
        }
        double step = (double) (max - min) / STEPS;
        double length = min;
        for (int i = 0; i < STEPS; i++) {
            double time = min + (i + 0.5) * step;
            length += step * fewerThan(confirmationsThatEnd(time), time);
        }
        return length;
    }

    /** The fewest confirmations with which a suspicion has run out after a time. */
    private int confirmationsThatEnd(double time) {
        int confirmations = 0;
        while (Timing.suspicionNanos(min, max, confirmations, needed) > time) {
            confirmations++;
        }
        return confirmations;
    }

    private double fewerThan(int confirmations, double time) {
        double q = Math.min(1, time * (probers + 1) / (probers * probers * period));
        double trials = probers - 1;
        double probability = Math.pow(1 - q, trials);
        double sum = 0;
        for (int c = 0; c < confirmations; c++) {
            sum += probability;
            probability *= (trials - c) / (c + 1) * q / (1 - q);
        }
        return q < 1 ? sum : 0;
    }

    private static Duration nanos(double value) {
        return Duration.ofNanos((long) value);
    }
}
