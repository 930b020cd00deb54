package io.muster.gossip.plan;

import io.muster.gossip.protocol.SwimConfig;

/**
 * Says what to expect of a cluster, by formulas alone.
 *
 * <pre>{@code
 * Plan plan = Planner.plan(SwimConfig.lan(), new Fleet(250, 0.05, Duration.ofMillis(6)));
 * plan.detection().allKnow();
 * }</pre>
 *
 * <p>They assume that members fail one at a time, that all have the same links and enough CPU, that streams get through where
 * datagrams are lost, and that the round trip is well below the direct timeout. Against the simulator they miss by at most a
 * fifth.
 */
public final class Planner {
    private Planner() {}

    /**
     * A plan.
     *
     * @throws IllegalArgumentException if the round trip is not below the direct timeout, so that every probe needs helpers
     */
    public static Plan plan(SwimConfig config, Fleet fleet) {
        if (fleet.roundTrip().compareTo(config.probing().directTimeout()) >= 0) {
            throw new IllegalArgumentException("roundTrip must be below the direct timeout of "
                    + config.probing().directTimeout() + " but was " + fleet.roundTrip());
        }
        Epidemic epidemic = new Epidemic(config, fleet);
        ProbeFormulas probes = new ProbeFormulas(config, fleet);
        return new Plan(
                new DetectionFormulas(config, fleet).detection(epidemic),
                epidemic.update(),
                probes.load(),
                probes.accuracy());
    }
}
