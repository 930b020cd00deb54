package io.muster.benchmarks.registry;

import io.muster.benchmarks.registry.Contestant.CallKind;
import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the parts found, as the table. A part that could not run is null, and what it should have shown is short.
 *
 * @param scale the load
 * @param steady part (a)
 * @param pickers part (b)
 * @param calls part (c)
 * @param lostOrders of the demo; NaN when it did not run
 */
record Findings(
        Scale scale,
        SteadyState.@Nullable Result steady,
        PickerPropagation.@Nullable Result pickers,
        CallCost.@Nullable Result calls,
        double lostOrders) {
    private static final double MISSING = Double.NaN;

    Report report() {
        List<Row> rows = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        rows.add(Row.of(
                String.format(
                        Locale.ROOT,
                        "change → picker, (b), %,d instances, p99",
                        scale.pickers().instances()),
                "ms",
                Must.atMost(50),
                pickers == null ? MISSING : pickers.toPicker().millis(0.99)));
        rows.add(Row.of(
                "change → last watcher, (a), p99",
                "ms",
                Must.atMost(500),
                steady == null ? MISSING : steady.toLastWatcher().millis(0.99)));
        rows.add(Row.of(
                String.format(
                        Locale.ROOT,
                        "%,d instances, (a), within -Xmx512m: GC's share of CPU",
                        scale.fleet().instances()),
                "%",
                Must.atMost(5),
                steady == null || !steady.held(scale.fleet()) ? MISSING : 100 * steady.collectorShare()));
        rows.add(rate("registrations/s on this machine", CallKind.REGISTRATION, Must.atLeast(5000)));
        rows.add(rate("lookups/s on this machine", CallKind.LOOKUP, Must.atLeast(10_000)));
        rows.add(cost("server CPU per lookup against Eureka", CallKind.LOOKUP, Must.ratioAtMost(0.5)));
        rows.add(cost("server CPU per heartbeat against Eureka", CallKind.HEARTBEAT, Must.ratioAtMost(0.5)));
        rows.add(Row.of("./demo: orders lost or answered with an error", "orders", Must.atMost(0), lostOrders));
        rows.add(rate("heartbeats/s on this machine", CallKind.HEARTBEAT, Must.nothing()));
        rows.add(cost("server CPU per registration", CallKind.REGISTRATION, Must.nothing()));
        if (pickers != null) {
            tell(pickers, rows, notes);
        }
        if (steady != null) {
            tell(steady, rows, notes);
        }
        if (calls != null) {
            notes.add(String.format(
                    Locale.ROOT,
                    "(c): both servers with -Xmx%dm -XX:+UseG1GC, %d connections with one request on its way each, as fast as"
                            + " answers come; %,d services of %d instances; medians of %d interleaved windows of %.1f s after"
                            + " at least %.1f s and %,d calls of warm-up per kind of call. CPU is the whole process's, user and system. A registration"
                            + " is of a new instance in a new service of %d.",
                    CallCost.MAX_HEAP_MEGABYTES,
                    scale.calls().connections(),
                    scale.calls().services(),
                    scale.calls().perService(),
                    scale.calls().rounds(),
                    scale.calls().windowMillis() / 1000.0,
                    scale.calls().warmUpMillis() / 1000.0,
                    scale.calls().warmUpCalls(),
                    scale.calls().perService()));
        }
        notes.add(String.format(
                Locale.ROOT,
                "Machine: %d processors, Java %s, all processes and the load on it, over the loopback.",
                Runtime.getRuntime().availableProcessors(),
                Runtime.version()));
        return new Report("registry", rows, notes);
    }

    private Row rate(String figure, CallKind kind, Must must) {
        return calls == null
                ? Row.of(figure, "1/s", must, MISSING)
                : new Row(
                        figure,
                        "1/s",
                        must,
                        calls.muster().perSecond(kind),
                        calls.eureka().perSecond(kind));
    }

    private Row cost(String figure, CallKind kind, Must must) {
        return calls == null
                ? Row.of(figure, "µs", must, MISSING)
                : new Row(
                        figure,
                        "µs",
                        must,
                        calls.muster().cpuMicros(kind),
                        calls.eureka().cpuMicros(kind));
    }

    private void tell(PickerPropagation.Result result, List<Row> rows, List<String> notes) {
        rows.add(plain("change → picker, (b), p50", "ms", result.toPicker().millis(0.5)));
        rows.add(plain(
                "change → last picker, (b), p50", "ms", result.toLastPicker().millis(0.5)));
        rows.add(plain(
                "change → last picker, (b), p99", "ms", result.toLastPicker().millis(0.99)));
        rows.add(plain(
                "server CPU, (b)", "% of one core", 100 * result.serverCpu().server()));
        rows.add(plain(
                "clients' CPU, all of them, (b)",
                "% of one core",
                100 * result.clientsCpu().server()));
        notes.add(String.format(
                Locale.ROOT,
                "(b): %,d changes at %d/s, %,d arrivals in the pickers of %d clients, %d services each; from the change's answer in one"
                        + " process to the balancer's snapshot in another, on the machine's monotonic clock, which both read.",
                result.toLastPicker().size(),
                scale.pickers().changesPerSecond(),
                result.toPicker().size(),
                scale.pickers().clients(),
                scale.pickers().watched()));
    }

    private void tell(SteadyState.Result result, List<Row> rows, List<String> notes) {
        double seconds = result.cpu().seconds();
        rows.add(plain(
                "change → last watcher, (a), p50", "ms", result.toLastWatcher().millis(0.5)));
        rows.add(plain("server CPU, (a)", "% of one core", 100 * result.cpu().server()));
        rows.add(plain("harness CPU, (a)", "% of one core", 100 * result.cpu().own()));
        rows.add(plain("fullest heap after a collection, (a)", "MB", result.gc().largestAfterMegabytes()));
        rows.add(plain("longest pause, (a)", "ms", result.gc().longestPauseMillis()));
        rows.add(plain("heartbeats, (a)", "1/s", result.heartbeats() / seconds));
        Scale.Fleet fleet = scale.fleet();
        notes.add(String.format(
                Locale.ROOT,
                "(a): %,d instances in %d services, each with its own heartbeat request every %d s over %,d connections (%,d/s"
                        + " answered, %d failed); %,d streams of %d services, acknowledged as the starter does (%,.0f/s), %d of them"
                        + " ended; %,d changes at %d/s, %d not seen by all; %,d instances UP at the end. GC's share is of the CPU of"
                        + " all threads of the JVM: G1's own threads and the VM thread, from /proc/PID/task. Heap from the GC log,"
                        + " the server's start included.",
                fleet.instances(),
                fleet.services(),
                Scale.HEARTBEAT_MILLIS / 1000,
                fleet.connections(),
                Math.round(result.heartbeats() / seconds),
                result.failedHeartbeats(),
                fleet.streams(),
                fleet.watched(),
                result.acknowledgements() / seconds,
                result.endedStreams(),
                result.toLastWatcher().size(),
                fleet.changesPerSecond(),
                result.incomplete(),
                result.up()));
    }

    private static Row plain(String figure, String unit, double value) {
        return Row.of(figure, unit, Must.nothing(), value);
    }
}
