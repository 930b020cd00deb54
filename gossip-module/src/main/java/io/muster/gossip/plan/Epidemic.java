package io.muster.gossip.plan;

import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.protocol.Timing;
import java.time.Duration;
import java.util.Arrays;

/*
 * How one rumor spreads. A member that hears it sends it to `fanout` random members at once, and again each interval until it
 * has used its packets up. With u(t) the share of members that have not heard it by t, and a(t) the packets with it that
 * arrive per member and time, each at a random one,
 *
 *     du/dt = -u (a(t) + b(u)),
 *
 * where a(t) follows from when others have heard it, one way earlier, less what is lost; and b is how often a probe tells a
 * member of it, as all messages of probes carry rumors too, and tell of what was missed; see ProbeFormulas. Within one
 * interval that comes to the final size of an epidemic, u' = u exp(-fanout (1 - u')) [1]; over many, to Pittel's log n + ln n
 * rounds [2], with the residue that Demers et al. describe [3]. What is left is about Poisson, so all know by t with
 * probability exp(-n u(t)).
 *
 * The equation is solved in steps of a quarter of one way.
 *
 * [1] Kermack, McKendrick: A contribution to the mathematical theory of epidemics, 1927
 * [2] Pittel: On spreading a rumor, 1987   [3] Demers et al.: Epidemic algorithms for replicated database maintenance, 1987
 */
final class Epidemic {
    private static final double STEPS_PER_WAY = 4;
    private static final double LEAST_STEPS_PER_INTERVAL = 20;
    private static final double MOST_STEPS_PER_INTERVAL = 1000;
    private static final double LATE = 0.99;
    private static final double LARGEST_SHARE = 0.999;

    /** After so many periods without gossip, pings alone have told next to everybody. */
    private static final int LAST_PERIODS = 15;

    private final int members;
    private final double stepNanos;
    private final double stepPeriods;
    private final ProbeFormulas probes;
    private final int stepsPerWay;
    private final int stepsPerInterval;
    private final double[] packets;
    private final double[] uninformed;

    Epidemic(SwimConfig config, Fleet fleet) {
        double arrives = 1 - fleet.loss();
        this.probes = new ProbeFormulas(config, fleet);
        double way = fleet.roundTrip().toNanos() / 2.0;
        double interval = config.spreading().interval().toNanos();
        double period = config.probing().period().toNanos();
        this.members = fleet.members();
        this.stepNanos = Math.max(
                interval / MOST_STEPS_PER_INTERVAL, Math.min(interval / LEAST_STEPS_PER_INTERVAL, way / STEPS_PER_WAY));
        this.stepsPerWay = (int) Math.max(1, Math.round(way / stepNanos));
        this.stepsPerInterval = (int) Math.round(interval / stepNanos);
        this.stepPeriods = stepNanos / period;
        this.packets = packets(config, arrives, probes.carriersSent());
        double[] nothingElse =
                new double[packets.length * stepsPerInterval + (int) (LAST_PERIODS * period / stepNanos)];
        Arrays.fill(nothingElse, 1 - 1.0 / members);
        this.uninformed = spread(nothingElse);
    }

    /**
     * Packets with the rumor that arrive per informed member, by round since it has heard it; pings and answers use some up. The
     * packets of one round go to different members, so each of the n - 1 others misses them with 1 - fanout / (n - 1), which is
     * what the exponential function is made to say.
     */
    private double[] packets(SwimConfig config, double arrives, double carriers) {
        SwimConfig.Spreading spreading = config.spreading();
        double left = Timing.transmitLimit(spreading, members);
        double pings = carriers
                * spreading.interval().toNanos()
                / config.probing().period().toNanos();
        int fanout = Math.min(spreading.fanout(), members - 1);
        double[] arriving = new double[(int) Math.ceil(left / (fanout + pings))];
        for (int round = 0; round < arriving.length; round++) {
            double hit = Math.min(fanout, left) * arrives / (members - 1);
            arriving[round] = -members * Math.log(1 - Math.min(hit, LARGEST_SHARE));
            left -= fanout + pings;
        }
        return arriving;
    }

    /**
     * The share of members that do not know by each step.
     *
     * @param others the share that has not learned of it in another way by each step; at the start, all but one
     */
    private double[] spread(double[] others) {
        double[] share = new double[others.length];
        double[] news = new double[others.length];
        double unheard = 1;
        share[0] = others[0];
        news[0] = 1 - others[0];
        for (int step = 1; step < share.length; step++) {
            unheard *= Math.exp(-arriving(news, step - stepsPerWay) - probes.tellings(share[step - 1]) * stepPeriods);
            share[step] = unheard * others[step];
            news[step] = share[step - 1] - share[step];
        }
        return share;
    }

    private double arriving(double[] news, int sentAt) {
        double sum = 0;
        for (int round = 0; round < packets.length; round++) {
            int heardAt = sentAt - round * stepsPerInterval;
            if (heardAt < 0) {
                break;
            }
            sum += packets[round] * news[heardAt];
        }
        return sum;
    }

    Plan.Update update() {
        return new Plan.Update(untilAllKnow(uninformed), late());
    }

    /**
     * Mean time from the first death until all know, if all were told of the suspicion in the same way before: each member
     * finds the suspicion run out as late as it has heard of it, unless it hears of the death before.
     */
    Duration afterFirstDeath() {
        return untilAllKnow(spread(uninformed));
    }

    private Duration untilAllKnow(double[] share) {
        double steps = 0;
        for (double unheard : share) {
            steps += 1 - Math.exp(-members * unheard);
        }
        return Duration.ofNanos((long) (steps * stepNanos));
    }

    private Duration late() {
        int step = 0;
        while (step < uninformed.length - 1 && Math.exp(-members * uninformed[step]) < LATE) {
            step++;
        }
        return Duration.ofNanos((long) (step * stepNanos));
    }
}
