package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Profile;
import io.muster.benchmarks.process.Network;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** One instance is cut off: nothing that it sends arrives any more, and no reset says so. */
final class Cut {
    private static final long OBSERVED_SECONDS = 30;

    private final Bench bench;

    Cut(Bench bench) {
        this.bench = bench;
    }

    /** From the cut to the last pick by any client, in seconds. */
    double run() throws IOException, InterruptedException {
        bench.say("cut: starting a registry, 3 instances of which one has a network of its own");
        try (Network network = Network.create(1);
                Rig rig = new Rig(
                        "cut",
                        Stack.MUSTER,
                        bench.root(),
                        bench.logs(),
                        network.here(),
                        List.of("--server.address=0.0.0.0", "--muster.server.auth.mode=none"),
                        List.of())) {
            rig.startRegistry();
            rig.startNodes(2);
            Node far = rig.node(network.prefix(0), network.address(0));
            far.start();
            far.await("ready");
            Callers callers = rig.startCallers("callers", bench.callers(Profile.MIXED, true));
            Bench.seconds(5);
            long at = System.nanoTime();
            network.cut(0, network.here());
            Bench.seconds(OBSERVED_SECONDS);
            Map<Integer, Long> last =
                    callers.observations().lastPicks(far.port(), bench.scale().clients(), at, System.nanoTime());
            double out = Bench.toSeconds(
                    last.values().stream().mapToLong(Long::longValue).max().orElse(Long.MAX_VALUE));
            bench.say("cut: out of the last picker after %.1f s", out);
            return out;
        }
    }
}
