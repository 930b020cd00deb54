package io.muster.benchmarks.gossip;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What a network and a machine can do to processes: cuts and losses in the kernel, SIGSTOP, SIGKILL. Between two ordeals all see all
 * again; if they do not within a minute, no further one is begun.
 */
final class Ordeals {
    private static final int NODES = 30;
    private static final int STOPPED = 7;
    private static final long STOP_SECONDS = 20;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SPLIT_LIMIT = Duration.ofSeconds(40);
    private static final Duration KILL_PAUSE = Duration.ofSeconds(3);
    private static final int STEADY_SECONDS = 10;

    private final Bench bench;
    private final Contestant contestant;
    private final Figures figures;
    private final Scale scale;

    /**
     * How much of each.
     *
     * @param splits full splits, each until both sides have given the other up
     * @param lossSeconds how long datagrams are lost, for each probability
     * @param leakSeconds how long the leaky split lasts
     * @param kills processes that are killed
     */
    record Scale(int splits, int lossSeconds, int leakSeconds, int kills) {}

    Ordeals(Bench bench, Contestant contestant, Figures figures, Scale scale) {
        this.bench = bench;
        this.contestant = contestant;
        this.figures = figures;
        this.scale = scale;
    }

    void run() throws IOException, InterruptedException {
        Path logs = bench.results().resolve("logs/gossip/processes");
        try (Mesh mesh = Mesh.create(NODES);
                Cluster cluster = new Cluster(logs, contestant, mesh.places())) {
            cluster.start();
            double joined = cluster.views().awaitAllSeeAll(cluster.lastStart(), LIMIT);
            put(Figure.JOIN, joined);
            if (Double.isInfinite(joined)) {
                throw new IOException("All should see all, but of the pairs do "
                        + cluster.views().completeness());
            }
            steady(mesh, cluster);
            split(mesh, cluster);
            stop(cluster);
            lose(mesh, cluster, 0.1, Figure.LOSS_10_DEATHS, Figure.LOSS_10_BYTES);
            lose(mesh, cluster, 0.3, Figure.LOSS_30_DEATHS, Figure.LOSS_30_BYTES);
            leak(mesh, cluster);
            kill(cluster);
        }
    }

    private void steady(Mesh mesh, Cluster cluster) throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(2);
        double cpu = cluster.cpuSeconds();
        Traffic before = mesh.traffic();
        TimeUnit.SECONDS.sleep(STEADY_SECONDS);
        put(Figure.BYTES, perNode((double) mesh.traffic().since(before).bytes(), STEADY_SECONDS));
        put(Figure.CPU, perNode((cluster.cpuSeconds() - cpu) * 100, STEADY_SECONDS));
        put(Figure.MEMORY, cluster.privateBytes());
    }

    private void split(Mesh mesh, Cluster cluster) throws IOException, InterruptedException {
        double[] heals = new double[scale.splits()];
        long ownSide = 0;
        for (int i = 0; i < heals.length; i++) {
            long at = System.nanoTime();
            mesh.split();
            if (!cluster.views().awaitStrangers(mesh::areApart, SPLIT_LIMIT)) {
                bench.say("%s: the split is not seen by all after %d s", contestant.name(), SPLIT_LIMIT.toSeconds());
            }
            long mended = System.nanoTime();
            mesh.mend();
            heals[i] = cluster.views().awaitAllSeeAll(mended, LIMIT);
            ownSide += cluster.views().deaths(at, seen -> !mesh.areApart(seen));
            bench.say("%s: split for %.1f s, healed after %.2f s", contestant.name(), (mended - at) / 1e9, heals[i]);
        }
        put(Figure.HEALS, heals.length);
        put(Figure.HEAL_MEAN, Arrays.stream(heals).average().orElse(Double.NaN));
        put(Figure.HEAL_WORST, Arrays.stream(heals).max().orElse(Double.NaN));
        put(Figure.SPLIT_OWN_SIDE_DEATHS, (double) ownSide);
        requireCalm(cluster);
    }

    private void stop(Cluster cluster) throws IOException, InterruptedException {
        long at = System.nanoTime();
        cluster.program(STOPPED).signal("STOP");
        TimeUnit.SECONDS.sleep(STOP_SECONDS);
        long resumed = System.nanoTime();
        cluster.program(STOPPED).signal("CONT");
        put(Figure.STOP_BACK, cluster.views().awaitAllSeeAll(resumed, LIMIT));
        TimeUnit.SECONDS.sleep(2);
        put(Figure.STOP_FALSE_DEATHS, (double) cluster.views().deaths(at, seen -> seen.subject() != STOPPED));
        requireCalm(cluster);
    }

    private void lose(Mesh mesh, Cluster cluster, double probability, Figure deaths, Figure bytes)
            throws IOException, InterruptedException {
        long at = System.nanoTime();
        Traffic before = mesh.traffic();
        mesh.loseDatagrams(probability);
        TimeUnit.SECONDS.sleep(scale.lossSeconds());
        put(bytes, perNode((double) mesh.traffic().since(before).bytes(), scale.lossSeconds()));
        mesh.mend();
        put(deaths, (double) cluster.views().deaths(at, seen -> true));
        bench.say(
                "%s: %.0f %% lost, %d suspicions",
                contestant.name(), 100 * probability, cluster.views().suspicions(at, seen -> true));
        requireCalm(cluster);
    }

    private void leak(Mesh mesh, Cluster cluster) throws IOException, InterruptedException {
        long at = System.nanoTime();
        mesh.leak();
        TimeUnit.SECONDS.sleep(scale.leakSeconds());
        put(Figure.LEAK_OWN_SIDE_DEATHS, (double) cluster.views().deaths(at, seen -> !mesh.areApart(seen)));
        bench.say(
                "%s: leaky split, %d deaths across",
                contestant.name(), cluster.views().deaths(at, mesh::areApart));
        long mended = System.nanoTime();
        mesh.mend();
        put(Figure.LEAK_HEAL, cluster.views().awaitAllSeeAll(mended, LIMIT));
        requireCalm(cluster);
    }

    private void kill(Cluster cluster) throws InterruptedException {
        Crashes.Result result = new Crashes(cluster.views(), NODES).run(scale.kills(), KILL_PAUSE, cluster::kill);
        put(Figure.CRASHES, result.deaths().size());
        put(Figure.FIRST_SUSPECT, result.median(Views.Death::suspected));
        put(Figure.FIRST_DEAD, result.median(Views.Death::dead));
        put(Figure.ALL_KNOW, result.median(Views.Death::known));
        put(Figure.ALL_KNOW_WORST, result.worst(Views.Death::known));
        put(Figure.FALSE_DEATHS, (double) result.falseDeaths());
    }

    private void requireCalm(Cluster cluster) throws IOException, InterruptedException {
        if (Double.isInfinite(cluster.views().awaitAllSeeAll(System.nanoTime(), LIMIT))) {
            throw new IOException("All should see all again, but of the pairs do "
                    + cluster.views().completeness());
        }
    }

    private void put(Figure figure, double value) {
        bench.say("%s, %d processes: %s %.3f", contestant.name(), NODES, figure, value);
        figures.put(figure, value);
    }

    private static double perNode(double total, double seconds) {
        return total / seconds / NODES;
    }
}
