package io.muster.benchmarks.quality;

import java.util.Arrays;

/** Takes down what is sent and answered in the measured part of a run. */
final class Measurement {
    /** A server that is offered more than it can do, beyond what chance does in a run, never catches up. */
    private static final double OVERLOADED = 1.03;

    private final Scenario scenario;
    private final double[] latencies;
    private final int[] counts;
    private final double[] work;
    private int answers;
    private int local;
    private int taken;
    private int declined;
    private long last;

    Measurement(Scenario scenario) {
        this.scenario = scenario;
        this.latencies = new double[scenario.requests()];
        this.counts = new int[scenario.servers().size()];
        this.work = new double[counts.length];
    }

    void taken(String zone, int server, long sentAt) {
        if (isMeasured(sentAt)) {
            counts[server]++;
            taken++;
            local += scenario.servers().get(server).zone().equals(zone) ? 1 : 0;
            last = Math.max(last, sentAt);
        }
    }

    void declined(long sentAt) {
        if (isMeasured(sentAt)) {
            declined++;
        }
    }

    void work(int server, long nanos, long now) {
        if (isMeasured(now)) {
            work[server] += nanos;
        }
    }

    void answered(long sentAt, long now) {
        if (isMeasured(sentAt)) {
            latencies[answers++] = (double) (now - sentAt) / Scenario.SERVICE_NANOS;
        }
    }

    Result result() {
        double[] sorted = Arrays.copyOf(latencies, answers);
        Arrays.sort(sorted);
        double seconds = Math.min(scenario.toSeconds(), last / Scenario.SECOND_NANOS) - scenario.fromSeconds();
        double busiest = Arrays.stream(work).max().orElseThrow() / Scenario.SECOND_NANOS / seconds;
        return new Result(
                Arrays.stream(sorted).average().orElse(Double.NaN),
                quantile(sorted, 0.5),
                quantile(sorted, 0.99),
                imbalance(),
                (double) counts[0] / taken,
                (double) counts[counts.length - 1] / taken,
                (double) local / taken,
                (double) declined / taken,
                busiest > OVERLOADED);
    }

    /** The largest share of a server over the one that its weight gives it. */
    private double imbalance() {
        double weights = 0;
        double largest = 0;
        for (int i = 0; i < counts.length; i++) {
            int weight = scenario.servers().get(i).weight();
            weights += weight;
            largest = Math.max(largest, (double) counts[i] / weight);
        }
        return largest * weights / taken;
    }

    private boolean isMeasured(long at) {
        double seconds = at / Scenario.SECOND_NANOS;
        return seconds >= scenario.fromSeconds() && seconds < scenario.toSeconds();
    }

    private static double quantile(double[] sorted, double quantile) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (quantile * (sorted.length - 1))];
    }
}
