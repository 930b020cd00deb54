package io.muster.benchmarks.gossip;

import io.muster.gossip.plan.Fleet;
import io.muster.gossip.plan.Planner;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.simulation.Conditions;
import io.muster.gossip.simulation.Experiments;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/** What the parameters of gossip are worth, each changed alone, beside the formulas. */
final class Sweeps {
    private static final int MEMBERS = 250;
    private static final Duration ROUND_TRIP = Duration.ofMillis(6);
    private static final List<Integer> FANOUTS = List.of(1, 2, 3, 4, 5, 6);
    private static final List<Integer> INTERVALS = List.of(50, 100, 200, 400, 800);
    private static final List<Integer> SIZES = List.of(10, 30, 100, 300, 1000);
    private static final List<Integer> DEMERS_SIZES = List.of(10, 30, 100, 300, 1000, 3000, 10_000);
    private static final List<Double> LOSSES = List.of(0.0, 0.3);

    private final int runs;

    Sweeps(boolean quick) {
        this.runs = quick ? 10 : 50;
    }

    Sweep fanout() {
        return updates(
                "fanout",
                "An update to all 250: members told per round",
                "fanout, a round each 200 ms",
                1.2,
                FANOUTS,
                fanout -> spreading(Duration.ofMillis(200), fanout));
    }

    Sweep interval() {
        return updates(
                "interval",
                "An update to all 250: time between two rounds",
                "interval in ms, fanout 3",
                1.6,
                INTERVALS,
                millis -> spreading(Duration.ofMillis(millis), 3));
    }

    private Sweep updates(
            String name,
            String title,
            String across,
            double top,
            List<Integer> places,
            IntFunction<SwimConfig> configOf) {
        List<Sweep.Pair> pairs = LOSSES.stream()
                .map(loss -> Sweep.Pair.of(
                        Math.round(100 * loss) + " % lost",
                        places.size(),
                        i -> plannedUpdate(configOf.apply(places.get(i)), loss),
                        i -> simulatedUpdate(configOf.apply(places.get(i)), loss)))
                .toList();
        return new Sweep(name, title, across, "mean time until all know, s", top, texts(places), pairs);
    }

    private static double plannedUpdate(SwimConfig config, double loss) {
        Duration mean = Planner.plan(config, new Fleet(MEMBERS, loss, ROUND_TRIP))
                .update()
                .mean();
        return mean.toNanos() / 1e9;
    }

    private double simulatedUpdate(SwimConfig config, double loss) {
        double[] took = new Experiments(config, MEMBERS, Conditions.GOOD.withLoss(loss)).updates(runs);
        return Arrays.stream(took).average().orElseThrow();
    }

    private static SwimConfig spreading(Duration interval, int fanout) {
        SwimConfig.Spreading lan = SwimConfig.lan().spreading();
        return SwimConfig.lan()
                .withSpreading(
                        new SwimConfig.Spreading(interval, fanout, lan.multiplier(), lan.extra(), lan.packetBytes()));
    }

    Sweep detection() {
        List<Sweep.Pair> pairs = List.of(Profile.LAN, Profile.FAST).stream()
                .map(profile -> Sweep.Pair.of(
                        profile.label(),
                        SIZES.size(),
                        i -> plannedDetection(profile, SIZES.get(i)),
                        i -> new Experiments(profile.config(), SIZES.get(i), Conditions.GOOD)
                                .crashes(runs)
                                .allKnow()))
                .toList();
        return new Sweep(
                "detection",
                "A crash until all know",
                "members",
                "mean time until all know, s",
                15,
                texts(SIZES),
                pairs);
    }

    private static double plannedDetection(Profile profile, int members) {
        Duration known = Planner.plan(profile.config(), new Fleet(members, 0, ROUND_TRIP))
                .detection()
                .allKnow();
        return known.toNanos() / 1e9;
    }

    /** Demers' three ways, one contact per round. */
    Sweep pushAndPull() {
        List<Sweep.Pair> pairs = Arrays.stream(Demers.values())
                .map(way -> Sweep.Pair.of(
                        way.label(),
                        DEMERS_SIZES.size(),
                        i -> way.formula(DEMERS_SIZES.get(i)),
                        i -> way.simulated(DEMERS_SIZES.get(i), runs)))
                .toList();
        return new Sweep(
                "push-pull",
                "Push, pull and push-pull: one contact per member and round",
                "members",
                "mean rounds until all know",
                25,
                texts(DEMERS_SIZES),
                pairs);
    }

    private static List<String> texts(List<Integer> values) {
        return values.stream()
                .map(value -> String.format(Locale.ROOT, "%,d", value))
                .toList();
    }
}
