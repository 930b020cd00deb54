package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.BenchRun;
import io.muster.benchmarks.report.Progress;
import io.muster.benchmarks.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The entry of {@code ./bench gossip}. Ends with status 1 when a row of its table is SHORT. */
public final class GossipBench {
    private static final long LIMIT_MINUTES = 15;

    private final List<Part> parts;
    private final BenchRun run;
    private final List<String> words;

    private GossipBench(Bench bench, List<String> words) {
        this.words = words;
        this.parts = parts(bench);
        this.run = new BenchRun(bench.results(), bench.progress(), words, this::report);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --plan n=250,loss=5%,rtt=6ms,profile=lan} prints what to expect of a cluster, and that is all, and
     *     each part of it may be left out; otherwise {@code --quick} for fewer and shorter runs, whose figures mean little; {@code --plots} draws
     *     {@code docs/gossip/*.svg} anew; names of parts to run these alone; what does not run is SHORT,
     *     but for {@code crossover}, which runs only when it is asked for
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> words = Arrays.asList(arguments);
        String first = words.isEmpty() ? "" : words.get(0);
        if (first.equals(FleetProcess.WORD)) {
            FleetProcess.run(words);
            return;
        }
        if (first.equals(NodeProcess.WORD)) {
            NodeProcess.run(words);
            return;
        }
        int plan = words.indexOf("--plan");
        if (plan >= 0) {
            System.exit(plan(plan + 1 < words.size() ? words.get(plan + 1) : ""));
        }
        Path root = Path.of("").toAbsolutePath();
        Bench bench = new Bench(root, words.contains("--quick"), words.contains("--plots"), new Progress());
        GossipBench gossip = new GossipBench(bench, words);
        gossip.run.endAfter(LIMIT_MINUTES);
        gossip.run();
        gossip.run.end();
    }

    private static int plan(String asked) {
        try {
            System.out.print(PlanTable.of(PlanRequest.parse(asked)));
            return 0;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
    }

    private static List<Part> parts(Bench bench) {
        Figures processes = new Figures();
        Figures serfProcesses = new Figures();
        return List.of(
                new PlanPart(bench),
                new SimPart(bench),
                new Nodes(bench),
                new Processes(bench, processes, serfProcesses),
                new Serf(bench, serfProcesses),
                new Crossover(bench));
    }

    private void run() {
        for (Part part : parts) {
            if (part.name().equals(Crossover.NAME) && !words.contains(Crossover.NAME)) {
                continue;
            }
            run.part(part.name(), () -> {
                part.run();
                return part;
            });
        }
    }

    private Report report() {
        return new Report(
                "gossip",
                parts.stream().flatMap(part -> part.rows().stream()).toList(),
                parts.stream().flatMap(part -> part.notes().stream()).toList());
    }
}
