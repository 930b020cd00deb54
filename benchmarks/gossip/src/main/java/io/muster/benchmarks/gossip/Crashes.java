package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToLongFunction;
import java.util.function.ToDoubleFunction;

/**
 * Nodes die one after the other, some seconds apart, so that a later one dies while the others still wait for an earlier one's
 * answer; each is judged by its own times.
 */
final class Crashes {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int STRIDE = 7;

    private final Views views;
    private final int nodes;

    Crashes(Views views, int nodes) {
        this.views = views;
        this.nodes = nodes;
    }

    private record Victim(int node, long at) {}

    /**
     * Runs them.
     *
     * @param count how many die; fewer than there are nodes beside the seeds
     * @param pause between two
     * @param kill ends a node and says when, in nanoseconds
     */
    Result run(int count, Duration pause, IntToLongFunction kill) throws InterruptedException {
        List<Victim> victims = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            }
            int node = Contestant.SEEDS + i * STRIDE % (nodes - Contestant.SEEDS);
            victims.add(new Victim(node, kill.applyAsLong(node)));
        }
        List<Views.Death> deaths = new ArrayList<>();
        for (Victim victim : victims) {
            deaths.add(views.awaitDeath(victim.node(), victim.at(), LIMIT));
        }
        long falseDeaths =
                views.deaths(begin, seen -> victims.stream().noneMatch(victim -> victim.node() == seen.subject()));
        return new Result(List.copyOf(deaths), falseDeaths);
    }

    /**
     * What became of it.
     *
     * @param falseDeaths how often a living node was held for dead meanwhile
     */
    record Result(List<Views.Death> deaths, long falseDeaths) {
        double median(ToDoubleFunction<Views.Death> time) {
            return Latencies.median(deaths.stream().mapToDouble(time).toArray());
        }

        double mean(ToDoubleFunction<Views.Death> time) {
            return deaths.stream().mapToDouble(time).average().orElse(Double.NaN);
        }

        double worst(ToDoubleFunction<Views.Death> time) {
            return deaths.stream().mapToDouble(time).max().orElse(Double.NaN);
        }
    }
}
