package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Row;
import java.io.IOException;
import java.util.List;

/** 30 processes in network namespaces, whose kernel cuts and loses. */
final class Processes implements Part {
    private static final double MEGABYTE = 1e6;

    private final Bench bench;
    private final Figures ours;
    private final Figures serfs;

    /**
     * A part that has not run.
     *
     * @param ours where its figures go
     * @param serfs Serf's, as they come
     */
    Processes(Bench bench, Figures ours, Figures serfs) {
        this.bench = bench;
        this.ours = ours;
        this.serfs = serfs;
    }

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public void run() throws IOException, InterruptedException {
        Ordeals.Scale scale = bench.quick() ? new Ordeals.Scale(1, 10, 15, 1) : new Ordeals.Scale(3, 15, 20, 3);
        new Ordeals(bench, new MusterProcesses(), ours, scale).run();
    }

    @Override
    public List<Row> rows() {
        return List.of(
                row("join of 30 processes: last start to all see all", "s", Must.nothing(), Figure.JOIN),
                row("kill -9 of one of 30: first suspicion", "s", Must.nothing(), Figure.FIRST_SUSPECT),
                row("kill -9: first dead", "s", Must.nothing(), Figure.FIRST_DEAD),
                row("kill -9: all know, median", "s", Must.atMost(10), Figure.ALL_KNOW),
                row("kill -9: all know, worst", "s", Must.nothing(), Figure.ALL_KNOW_WORST),
                row("kill -9: deaths of the living", "times", Must.atMost(0), Figure.FALSE_DEATHS),
                row("split 15/15: heal, mean", "s", Must.atMost(5), Figure.HEAL_MEAN),
                row("split 15/15: heal, worst", "s", Must.atMost(10), Figure.HEAL_WORST),
                row("split 15/15: deaths on the own side", "times", Must.atMost(0), Figure.SPLIT_OWN_SIDE_DEATHS),
                row("SIGSTOP 20 s of one: deaths of others", "times", Must.atMost(0), Figure.STOP_FALSE_DEATHS),
                row("SIGSTOP 20 s of one: back after SIGCONT", "s", Must.nothing(), Figure.STOP_BACK),
                row("10 % UDP loss: deaths of the living", "times", Must.atMost(0), Figure.LOSS_10_DEATHS),
                row("30 % UDP loss: deaths of the living", "times", Must.atMost(0), Figure.LOSS_30_DEATHS),
                row("30 % UDP loss: traffic per node", "B/s", Must.nothing(), Figure.LOSS_30_BYTES),
                row("leaky split: deaths on the own side", "times", Must.atMost(0), Figure.LEAK_OWN_SIDE_DEATHS),
                row("leaky split: heal", "s", Must.nothing(), Figure.LEAK_HEAL),
                row("30 processes: steady traffic per node", "B/s", Must.nothing(), Figure.BYTES),
                row("30 processes: CPU per node", "% of a core", Must.nothing(), Figure.CPU),
                new Row(
                        "30 processes: private memory per node",
                        "MB",
                        Must.nothing(),
                        ours.get(Figure.MEMORY) / MEGABYTE,
                        serfs.get(Figure.MEMORY) / MEGABYTE));
    }

    private Row row(String text, String unit, Must must, Figure figure) {
        return new Row(text, unit, must, ours.get(figure), serfs.get(figure));
    }

    @Override
    public List<String> notes() {
        return List.of(
                "30 processes, each in a network namespace of its own, joined by a router in a further one, whose kernel drops what"
                        + " is cut or lost (iptables); ours are encrypted, Serf's are not. Times are those at which the bench reads what"
                        + " the nodes say. Traffic has Ethernet headers.",
                "Leaky split: no datagram between the sides, no connection from A to B, none within B. A split lasts until each side"
                        + " has given up all of the other.");
    }
}
