package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Profile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All instances are restarted one after the other, with the clients' retries off. */
final class Deploy {
    private final Bench bench;
    private final Stack stack;

    Deploy(Bench bench, Stack stack) {
        this.bench = bench;
        this.stack = stack;
    }

    /**
     * What came out.
     *
     * @param failed failed requests of each round
     * @param requests all requests
     * @param drain longest time from the beginning of a stop to the web server's graceful shutdown, in seconds
     * @param firstTraffic longest time from an instance's readiness to its first request, in seconds
     */
    record Result(List<Long> failed, long requests, double drain, double firstTraffic) {
        long worst() {
            return failed.stream().mapToLong(Long::longValue).max().orElseThrow();
        }
    }

    Result run() throws IOException, InterruptedException {
        bench.say(
                "rolling restart, %s: starting a registry, 3 instances, %d clients",
                stack, bench.scale().clients());
        try (Rig rig = Rig.plain("deploy-" + stack, stack, bench.root(), bench.logs())) {
            rig.startRegistry();
            rig.startNodes(3);
            Callers callers = rig.startCallers("callers", bench.callers(Profile.MIXED, false));
            // A registry that has just started does not know its watchers yet.
            Bench.seconds(Bench.TTL_SECONDS);
            return restart(rig, callers);
        }
    }

    private Result restart(Rig rig, Callers callers) throws IOException, InterruptedException {
        List<Long> failed = new ArrayList<>();
        long begin = System.nanoTime();
        double drain = 0;
        double firstTraffic = 0;
        for (int round = 1; round <= bench.scale().deploys(); round++) {
            long from = System.nanoTime();
            for (Node node : rig.nodes()) {
                bench.say("rolling restart, %s, round %d: :%d", stack, round, node.port());
                node.stop();
                drain = Math.max(drain, Bench.toSeconds(node.await("drained") - node.await("closing")));
                node.start();
                long ready = node.await("ready");
                if (stack == Stack.MUSTER) {
                    firstTraffic = Math.max(firstTraffic, traffic(node.await("first") - ready));
                }
                Bench.seconds(2);
            }
            Bench.seconds(5);
            failed.add(callers.observations().failed(from, System.nanoTime()));
            bench.say("rolling restart, %s, round %d: %,d failed", stack, round, failed.get(round - 1));
        }
        long requests = callers.observations().requests(begin, System.nanoTime());
        if (requests == 0) {
            throw new IOException("There was no load");
        }
        return new Result(failed, requests, drain, firstTraffic);
    }

    /** A request before an instance was ready came too early, which is worse than late. */
    private static double traffic(long afterReady) {
        return afterReady < 0 ? Double.POSITIVE_INFINITY : Bench.toSeconds(afterReady);
    }
}
