package io.muster.gossip.plan;

import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.protocol.Timing;
import io.muster.gossip.wire.Frames;

/*
 * What probes cost, and how often nothing answers them. With p lost and a = 1 - p arriving:
 *
 * - A direct ping is not answered with probability d = 1 - a^2. Then h helpers are asked, and a stream.
 * - Through a helper four datagrams must arrive, so no datagram answers with probability d (1 - a^4)^h [1, section 4.2].
 * - A helper that has been asked (a) pings, gets an answer sent (a), and itself sends one datagram in the end, the answer or that
 *   it got none: a (2 + a) datagrams. So a probe takes 1 + a + d h (1 + a (2 + a)).
 * - If streams do not get through either, an unanswered probe is a false suspicion. Lifeguard slows such a member's probes
 *   down [2, section IV-A]: its score s rises when a nack is missing too (w) and when it answers a suspicion of itself, and
 *   falls with each answer, a walk with the ratio r = u (1 + w) / (1 - u) for which the mean of 1 + s is 1 / (1 - r).
 *
 * [1] Das, Gupta, Motivala: SWIM, DSN 2002   [2] Dadgar, Phillips, Currey: Lifeguard, 2017
 */
final class ProbeFormulas {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double SECONDS_PER_MINUTE = 60;
    private static final int WORST_FACTOR = 9;

    /** Sequence numbers start anywhere below 2^30. */
    private static final long SOME_SEQUENCE = 1L << 29;

    private final SwimConfig config;
    private final Fleet fleet;
    private final double arrives;
    private final double directFails;
    private final int helpers;
    private final double unanswered;

    ProbeFormulas(SwimConfig config, Fleet fleet) {
        this.config = config;
        this.fleet = fleet;
        this.arrives = 1 - fleet.loss();
        this.directFails = 1 - arrives * arrives;
        this.helpers = Math.min(config.probing().helpers(), fleet.members() - 2);
        this.unanswered = directFails * Math.pow(1 - Math.pow(arrives, 4), helpers);
    }

    Plan.Load load() {
        double ping = datagram(Message.Kind.PING);
        double ack = datagram(Message.Kind.ACK);
        double asked = directFails * helpers;
        double relayed = asked * arrives;
        double datagrams = 1 + arrives + asked + relayed * (2 + arrives);
        double bytes = ping + arrives * ack + asked * datagram(Message.Kind.PING_REQUEST);
        bytes += relayed * (ping + arrives * ack + datagram(Message.Kind.RELAYED_ACK));
        bytes += directFails * stream(Message.Kind.PING, Message.Kind.ACK);
        double probes = 1 / periodSeconds();
        double syncs = NANOS_PER_SECOND / Timing.syncIntervalNanos(config.repair(), fleet.members());
        return new Plan.Load(
                datagrams * probes,
                directFails * probes + syncs,
                bytes * probes + syncs * stream(Message.Kind.SYNC, Message.Kind.SYNC_SAME));
    }

    /** Messages with rumors that one member's probes and answers are per period: all but nacks, and two for each stream. */
    double carriersSent() {
        double perHelper = 1 + arrives + arrives * arrives + arrives * arrives * arrives;
        return 1 + arrives + directFails * helpers * perHelper + 2 * directFails;
    }

    /**
     * How many probes per period tell a member of a rumor that it has not heard, if others have not with probability {@code u}.
     *
     * <p>As the target of a probe, one per period, it hears what the prober knows, by datagram or else by stream; and where the
     * direct ping fails what each helper knows whom the request has reached, and whose ping arrives, a^2. As the prober it
     * hears what the target knows, and what a helper knows through whom four datagrams have arrived, a^4. As a helper, which
     * it is in d h a probes per period, it hears what the prober knows, and by two more datagrams what the target knows.
     * Several messages of one probe count once.
     */
    double tellings(double u) {
        double informed = 1 - u;
        double pairs = arrives * arrives;
        double target = 1 - u * (1 - directFails + directFails * Math.pow(1 - informed * pairs, helpers));
        double prober = 1 - u * (1 - directFails + directFails * Math.pow(1 - informed * pairs * pairs, helpers));
        double helper = 1 - u * (1 - informed * pairs);
        return target + prober + directFails * helpers * arrives * helper;
    }

    Plan.Accuracy accuracy() {
        double perMinute = unanswered * SECONDS_PER_MINUTE / (periodSeconds() * slowdown());
        return new Plan.Accuracy(unanswered, perMinute);
    }

    private double slowdown() {
        if (!config.lifeguard().localHealth() || unanswered == 0) {
            return 1;
        }
        double pathFails = 1 - Math.pow(arrives, 4);
        double nack = arrives * arrives * directFails / pathFails;
        double nackMissing = helpers == 0 ? 1 : 1 - Math.pow(nack, helpers);
        double ratio = unanswered * (1 + nackMissing) / (1 - unanswered);
        return ratio >= 1 ? WORST_FACTOR : Math.min(WORST_FACTOR, 1 / (1 - ratio));
    }

    private double periodSeconds() {
        return config.probing().period().toNanos() / NANOS_PER_SECOND;
    }

    private static int datagram(Message.Kind kind) {
        return Plan.Load.DATAGRAM_HEADERS + frame(kind);
    }

    private static int stream(Message.Kind question, Message.Kind answer) {
        return Plan.Load.STREAM_HEADERS + frame(question) + frame(answer);
    }

    private static int frame(Message.Kind kind) {
        return Frames.sizeOf(new Message().start(kind, SOME_SEQUENCE), true);
    }
}
