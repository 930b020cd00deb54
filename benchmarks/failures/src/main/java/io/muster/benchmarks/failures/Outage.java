package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Calls;
import io.muster.benchmarks.calls.Profile;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The registry is killed and restarted, is away for long, and is starved of CPU. */
final class Outage {
    private static final int ALL = 0b111;
    private static final long HEARTBEAT_SECONDS = 5;
    private static final long SECOND = 1_000_000_000L;
    private static final double CORES = 0.1;

    private final Bench bench;

    Outage(Bench bench) {
        this.bench = bench;
    }

    /**
     * What one kind of outage did.
     *
     * @param failed failed requests
     * @param missing looks at a client's view that did not find every living instance
     */
    record Harm(long failed, long missing) {
        Harm and(Harm other) {
            return new Harm(failed + other.failed, missing + other.missing);
        }
    }

    /**
     * What came out.
     *
     * @param restarted killed and started again
     * @param away away for long
     * @param starved with a tenth of a core
     * @param evicted how often a living instance was taken for dead
     * @param back from the first answer after a restart until all instances were back, in seconds
     * @param newClient requests served to a client that started meanwhile; 0 when one failed
     * @param unspared POSTs that failed at the instance that was killed meanwhile, before anybody knew; they are no harm of the
     *     outage
     */
    record Result(Harm restarted, Harm away, Harm starved, long evicted, double back, long newClient, long unspared) {}

    Result run() throws IOException, InterruptedException {
        bench.say(
                "outages: starting a registry, 3 instances, %d clients",
                bench.scale().clients());
        try (Rig rig = Rig.plain("outage", Stack.MUSTER, bench.root(), bench.logs())) {
            rig.startRegistry();
            rig.startNodes(3);
            Callers callers = rig.startCallers("callers", bench.callers(Profile.MIXED, true));
            Bench.seconds(Bench.TTL_SECONDS);
            Api api = new Api(rig);

            long from = System.nanoTime();
            rig.registry().kill();
            rig.startRegistry();
            double back = awaitAll(api);
            bench.say("registry restarted: all instances are back after %.1f s", back);
            // Until the registry is no longer warming, its clients remove nobody.
            Bench.seconds(Bench.TTL_SECONDS + 5);
            Harm restarted = harm(callers, ALL, from);

            from = System.nanoTime();
            Harm starved = starve(rig, callers, from);
            long evicted = downs(rig, api, List.of());

            return away(rig, callers, api, new Result(restarted, starved, starved, evicted, back, 0, 0));
        }
    }

    private Harm harm(Callers callers, int living, long from) throws IOException {
        long to = System.nanoTime();
        Observations seen = callers.observations();
        if (seen.views(from, to) == 0 || seen.requests(from, to) == 0) {
            throw new IOException("Nothing was observed");
        }
        return new Harm(seen.failed(from, to), seen.viewsWithout(living, from, to));
    }

    private static double awaitAll(Api api) throws IOException, InterruptedException {
        long from = System.nanoTime();
        long limit = from + 10 * HEARTBEAT_SECONDS * SECOND;
        while (api.count(Calls.SERVICE, "UP") < 3) {
            if (System.nanoTime() > limit) {
                return Double.POSITIVE_INFINITY;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return Bench.toSeconds(System.nanoTime() - from);
    }

    private Harm starve(Rig rig, Callers callers, long from) throws IOException, InterruptedException {
        try (CpuLimit limit = CpuLimit.of(rig.registry().process().pid(), CORES)) {
            bench.say("registry starved: %s for %d s", limit, bench.scale().awaySeconds());
            Bench.seconds(bench.scale().awaySeconds());
        }
        Bench.seconds(5);
        Harm harm = harm(callers, ALL, from);
        bench.say("registry starved: %d failed, %d looks without a living instance", harm.failed(), harm.missing());
        return harm;
    }

    /** Away, and meanwhile one instance is killed and a client starts. */
    private Result away(Rig rig, Callers callers, Api api, Result soFar) throws IOException, InterruptedException {
        int seconds = bench.scale().awaySeconds();
        long from = System.nanoTime();
        bench.say("registry away for %d s", seconds);
        rig.registry().kill();
        Bench.seconds(seconds / 4);
        Harm before = harm(callers, ALL, from);
        Node dead = rig.nodes().get(2);
        dead.process().kill();
        long killed = System.nanoTime();
        bench.say("registry away: killed :%d, starting a new client", dead.port());
        Callers late = rig.startCallers("late", new Callers.Plan(1, 1, 4, 2, Profile.SHORT, true));
        long started = System.nanoTime();
        Bench.seconds(Math.max(5, seconds - (System.nanoTime() - from) / SECOND));
        Observations young = late.observations();
        long refused = young.failed(started, System.nanoTime());
        long served = young.requests(started, System.nanoTime()) - refused;
        late.close();
        rig.startRegistry();
        Bench.seconds(Bench.TTL_SECONDS + 5);
        long to = System.nanoTime();
        Observations seen = callers.observations();
        long unspared = seen.unsparedWrites(dead.port(), killed);
        Harm after = new Harm(seen.failed(killed, to) - unspared, seen.viewsWithout(ALL & ~0b100, killed, to));
        Harm away = before.and(after);
        bench.say(
                "registry away: %d failed, %d looks without a living instance; the new client had %d answers, %d failed",
                away.failed(), away.missing(), served, refused);
        return new Result(
                soFar.restarted(),
                away,
                soFar.starved(),
                soFar.evicted() + downs(rig, api, List.of(dead)),
                soFar.back(),
                refused == 0 ? served : 0,
                unspared);
    }

    private static long downs(Rig rig, Api api, List<Node> dead) throws IOException, InterruptedException {
        long downs = 0;
        for (Node node : rig.nodes()) {
            downs += dead.contains(node) ? 0 : api.changesTo("DOWN", node.port());
        }
        return downs;
    }
}
