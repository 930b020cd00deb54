package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Profile;
import io.muster.benchmarks.report.Latencies;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** One instance after the other is ended with SIGKILL, with the clients' retries on. */
final class Kill {
    private static final long OBSERVED_SECONDS = 8;
    private static final long QUIET_NANOS = 4_000_000_000L;

    private final Bench bench;
    private final Stack stack;

    Kill(Bench bench, Stack stack) {
        this.bench = bench;
        this.stack = stack;
    }

    /**
     * What came out.
     *
     * @param failedReads most failed GETs of one kill
     * @param failedWrites failed POSTs of all kills; a POST that was under way cannot be sent again
     * @param out from the end of the process to a client's last pick of the dead instance, one per client and kill
     * @param dying longest time from the signal to the end of the process, in seconds
     * @param gaveUp whether some picker still chose it at the end of the time
     */
    record Result(long failedReads, long failedWrites, Latencies out, double dying, boolean gaveUp) {}

    Result run() throws IOException, InterruptedException {
        bench.say(
                "kill -9, %s: starting a registry, 3 instances, %d clients",
                stack, bench.scale().clients());
        try (Rig rig = Rig.plain("kill-" + stack, stack, bench.root(), bench.logs())) {
            rig.startRegistry();
            rig.startNodes(3);
            Callers callers = rig.startCallers("callers", bench.callers(Profile.MIXED, true));
            Bench.seconds(5);
            return stack == Stack.MUSTER ? kills(rig, callers) : kill(rig, callers);
        }
    }

    private Result kills(Rig rig, Callers callers) throws IOException, InterruptedException {
        long failedReads = 0;
        long failedWrites = 0;
        Latencies out = new Latencies();
        double dying = 0;
        for (int round = 1; round <= bench.scale().kills(); round++) {
            for (Node node : rig.nodes()) {
                long signalled = System.nanoTime();
                node.process().kill();
                // The kernel closes its sockets when the last of its threads has ended, for which each needs a core
                // once more.
                long at = System.nanoTime();
                Bench.seconds(OBSERVED_SECONDS);
                long end = System.nanoTime();
                Observations seen = callers.observations();
                dying = Math.max(dying, Bench.toSeconds(at - signalled));
                if (seen.requests(at, end) == 0) {
                    throw new IOException("There was no load");
                }
                long reads = seen.failedReads(signalled, end);
                failedReads = Math.max(failedReads, reads);
                failedWrites += seen.failed(signalled, end) - reads;
                Map<Integer, Long> last =
                        seen.lastPicks(node.port(), bench.scale().clients(), at, end);
                last.values().forEach(out::add);
                bench.say(
                        "kill -9, %s, round %d: :%d failed %d GETs, dead after %.3f s, then out of the last picker after %.3f s",
                        stack,
                        round,
                        node.port(),
                        reads,
                        Bench.toSeconds(at - signalled),
                        last.values().stream().mapToLong(Long::longValue).max().orElse(0) / 1e9);
                node.start();
                node.await("ready");
                Bench.seconds(3);
            }
        }
        return new Result(failedReads, failedWrites, out, dying, false);
    }

    /** The rival: one kill, observed until no picker chooses the dead one for a while, or the time is up. */
    private Result kill(Rig rig, Callers callers) throws IOException, InterruptedException {
        Node node = rig.nodes().get(0);
        long at = System.nanoTime();
        long limit = at + bench.scale().rivalSeconds() * 1_000_000_000L;
        node.process().kill();
        Map<Integer, Long> last = Map.of();
        boolean out = false;
        while (!out && System.nanoTime() < limit) {
            Bench.seconds(5);
            long now = System.nanoTime();
            last = callers.observations().lastPicks(node.port(), bench.scale().clients(), at, now);
            out = last.values().stream().allMatch(pick -> now - at - pick > QUIET_NANOS);
        }
        bench.say("kill -9, %s: %s", stack, out ? "out of every picker" : "given up");
        Observations seen = callers.observations();
        long end = System.nanoTime();
        Latencies times = new Latencies();
        boolean gaveUp = !out;
        List.copyOf(last.values()).forEach(times::add);
        long reads = seen.failedReads(at, end);
        return new Result(reads, seen.failed(at, end) - reads, times, 0, gaveUp);
    }
}
