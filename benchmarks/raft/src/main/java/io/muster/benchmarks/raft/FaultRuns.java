package io.muster.benchmarks.raft;

import io.muster.benchmarks.report.Progress;
import io.muster.quorum.cluster.Faults;
import io.muster.quorum.cluster.HeldLeases;
import io.muster.quorum.cluster.LeaseLoad;
import io.muster.quorum.cluster.RegistryCluster;
import io.muster.quorum.cluster.RegistryNode;
import io.muster.quorum.history.Verdict;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Clients fight for leases while nodes are killed, stopped and restarted; what they saw is checked. */
final class FaultRuns {
    private static final int CLIENTS = 8;
    private static final int LEASES = 6;
    private static final int HELD = 10;
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(2);

    private final Path root;
    private final Path folder;
    private final Scale scale;
    private final Progress progress;
    private final List<String> wrongHistories = new ArrayList<>();
    private final List<String> wrongLeases = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    FaultRuns(Path root, Path folder, Scale scale, Progress progress) {
        this.root = root;
        this.folder = folder;
        this.scale = scale;
        this.progress = progress;
    }

    /**
     * What came out.
     *
     * @param wrong histories that no order explains, or for which none was found in the bounds of the search
     * @param lostOrTwice leases that were lost or granted to another
     * @param notes what was run
     */
    record Result(int wrong, int lostOrTwice, List<String> notes) {}

    @FunctionalInterface
    private interface Fault {
        void inflict(Faults faults) throws IOException, InterruptedException;
    }

    Result run() throws IOException, InterruptedException {
        try (RegistryCluster cluster = RegistryCluster.onLoopback(MusterService.plan(root, folder), 3)) {
            cluster.start();
            List<URI> nodes = cluster.nodes().stream().map(RegistryNode::uri).toList();
            HeldLeases held = HeldLeases.acquire(nodes, "held", HELD);
            run(cluster, nodes, held, "kill -9 of the leader", Faults::killLeader);
            run(cluster, nodes, held, "SIGSTOP of the leader", Faults::stopLeader);
            run(cluster, nodes, held, "kill -9 of a follower", Faults::killFollower);
            run(cluster, nodes, held, "all restarted", Faults::restartAll);
        }
        for (String wrong : wrongHistories) {
            progress.say("WRONG %s", wrong);
        }
        for (String wrong : wrongLeases) {
            progress.say("WRONG %s", wrong);
        }
        return new Result(wrongHistories.size(), wrongLeases.size(), List.copyOf(notes));
    }

    private void run(RegistryCluster cluster, List<URI> nodes, HeldLeases held, String what, Fault fault)
            throws IOException, InterruptedException {
        long seed = System.nanoTime();
        LeaseLoad load = new LeaseLoad(seed, LEASES, TTL, CALL_LIMIT);
        int times = 0;
        try (load) {
            load.start(CLIENTS, nodes);
            Faults faults = new Faults(cluster, load);
            faults.awaitGrant();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(scale.faultSeconds());
            while (System.nanoTime() < end) {
                fault.inflict(faults);
                times++;
            }
        }
        Map<String, Verdict> verdicts = load.verdicts();
        verdicts.forEach((name, verdict) -> {
            if (!verdict.linearizable()) {
                wrongHistories.add(what + ", " + name + ": " + verdict.explanation());
            }
        });
        wrongLeases.addAll(held.wrong());
        String said = String.format(
                Locale.ROOT,
                "%s: %d times, %,d operations, %,d grants, %d histories checked",
                what,
                times,
                load.leases().operations().size(),
                load.grants(),
                verdicts.size());
        progress.say("faults: %s", said);
        notes.add("Faults: " + said + ".");
    }
}
