package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Profile;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** One instance is stopped with SIGSTOP: its machine answers connections, and it does not. */
final class Pause {
    private static final long SHORT_SECONDS = 5;
    private static final long SECOND = 1_000_000_000L;

    private final Bench bench;

    Pause(Bench bench) {
        this.bench = bench;
    }

    /**
     * What came out.
     *
     * @param downs how often the instance that was stopped for 5 s was taken for dead
     * @param share its share of the requests begun from second 2 on, 0 to 1
     * @param out from the long stop to the last pick by any client, in seconds
     * @param back from its end to the first pick by the last client that sends nothing, in seconds
     * @param backWithLoad the same of the clients that send requests, which met its silence themselves
     */
    record Result(long downs, double share, double out, double back, double backWithLoad) {}

    Result run() throws IOException, InterruptedException {
        bench.say(
                "SIGSTOP: starting a registry, 3 instances, %d clients",
                bench.scale().clients());
        try (Rig rig = Rig.plain("pause", Stack.MUSTER, bench.root(), bench.logs())) {
            rig.startRegistry();
            rig.startNodes(3);
            Callers callers = rig.startCallers("callers", bench.callers(Profile.SHORT, true));
            Bench.seconds(10);
            Node node = rig.nodes().get(0);
            Api api = new Api(rig);

            long at = stopped(node, SHORT_SECONDS);
            Bench.seconds(5);
            long downs = api.changesTo("DOWN", node.port());
            double share =
                    callers.observations().share(node.port(), bench.scale().active(), at + 2 * SECOND, at + 5 * SECOND);
            bench.say("SIGSTOP 5 s: DOWN %d times, %.1f %% of the requests from second 2", downs, 100 * share);

            Bench.seconds(10);
            long from = stopped(node, bench.scale().longPauseSeconds());
            long resumed = System.nanoTime();
            Bench.seconds(8);
            Observations seen = callers.observations();
            double out = Bench.toSeconds(
                    max(seen.lastPicks(node.port(), bench.scale().clients(), from, resumed)));
            Map<Integer, Long> first = seen.firstPicks(node.port(), resumed, System.nanoTime());
            Map<Integer, Long> active = new TreeMap<>(first);
            active.keySet().removeIf(client -> client >= bench.scale().active());
            first.keySet().removeIf(client -> client < bench.scale().active());
            double back = Bench.toSeconds(max(first));
            double backWithLoad = Bench.toSeconds(max(active));
            bench.say(
                    "SIGSTOP %d s: out after %.1f s, back after %.3f s",
                    bench.scale().longPauseSeconds(), out, back);
            return new Result(downs, share, out, back, backWithLoad);
        }
    }

    private static long stopped(Node node, long seconds) throws IOException, InterruptedException {
        long at = System.nanoTime();
        node.process().signal("STOP");
        try {
            Bench.seconds(seconds);
        } finally {
            node.process().signal("CONT");
        }
        return at;
    }

    private static long max(Map<Integer, Long> times) {
        return times.values().stream().mapToLong(Long::longValue).max().orElse(Long.MAX_VALUE);
    }
}
