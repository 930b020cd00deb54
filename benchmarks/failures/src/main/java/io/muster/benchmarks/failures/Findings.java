package io.muster.benchmarks.failures;

import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the experiments found, as the table. An experiment that did not run is null, and its rows are short. */
final class Findings {
    private static final double RIVAL_MISSING = Double.NaN;
    private static final double OUT_WITHIN = Bench.TTL_SECONDS + 3;
    private static final double MAX_MEGABYTES = 512;

    private final Scale scale;
    volatile Deploy.@Nullable Result deploy;
    volatile Deploy.@Nullable Result rivalDeploy;
    volatile Kill.@Nullable Result kill;
    volatile Kill.@Nullable Result rivalKill;
    volatile Pause.@Nullable Result pause;
    volatile @Nullable Double cut;
    volatile Outage.@Nullable Result outage;
    volatile MassSilence.@Nullable Result silence;
    volatile Flood.@Nullable Result flood;

    Findings(Scale scale) {
        this.scale = scale;
    }

    Report report() {
        List<Row> rows = new ArrayList<>();
        rivals(rows);
        rows.add(Row.of("cut without a reset: out of every picker", "s", Must.atMost(OUT_WITHIN), of(cut, c -> c)));
        rows.add(Row.of("SIGSTOP 5 s: taken for DOWN", "times", Must.atMost(0), of(pause, Pause.Result::downs)));
        rows.add(Row.of(
                "SIGSTOP 5 s: its share of new requests from second 2",
                "%",
                Must.atMost(10),
                of(pause, p -> 100 * p.share())));
        rows.add(Row.of(
                "SIGSTOP 60 s: out of every picker", "s", Must.atMost(OUT_WITHIN), of(pause, Pause.Result::out)));
        rows.add(Row.of("SIGSTOP 60 s: back after it resumes", "s", Must.atMost(1), of(pause, Pause.Result::back)));
        rows.add(Row.of(
                "SIGSTOP 60 s: back after it resumes, clients that met its silence themselves",
                "s",
                Must.nothing(),
                of(pause, Pause.Result::backWithLoad)));
        harm(rows, "registry away " + scale.awaySeconds() + " s", Outage.Result::away);
        harm(rows, "registry starved", Outage.Result::starved);
        harm(rows, "registry restarted", Outage.Result::restarted);
        rows.add(Row.of(
                "outages of the registry: living instances evicted",
                "times",
                Must.atMost(0),
                of(outage, Outage.Result::evicted)));
        rows.add(Row.of(
                "registry restarted: all instances back (two heartbeats)",
                "s",
                Must.atMost(10),
                of(outage, Outage.Result::back)));
        rows.add(Row.of(
                "new client starts while the registry is away: requests served from disk's view",
                "requests",
                Must.atLeast(1),
                of(outage, Outage.Result::newClient)));
        rows.add(Row.of(
                "new instance gets traffic after it is ready",
                "s",
                Must.atMost(0.5),
                of(deploy, Deploy.Result::firstTraffic)));
        rows.add(Row.of(
                "flood of bad and of too many requests: normal requests failed",
                "requests",
                Must.atMost(0),
                of(flood, Flood.Result::failed)));
        rows.add(Row.of(
                "flood: the registry's memory at its peak, -Xmx256m",
                "MB",
                Must.atMost(MAX_MEGABYTES),
                of(flood, Flood.Result::peakMegabytes)));
        rows.add(Row.of(
                "90 % silent at once: evicted while held",
                "instances", Must.atMost(0), of(silence, MassSilence.Result::evicted)));
        rows.add(Row.of(
                "90 % silent at once: ends by heartbeats, by the operator, by its limit",
                "of 3", Must.atLeast(3), of(silence, MassSilence.Result::ends)));
        rows.add(Row.of(
                "90 % silent at once: said in health, metrics, API",
                "of 3", Must.atLeast(3), of(silence, MassSilence.Result::places)));
        return new Report("failures", rows, notes());
    }

    /** The rows that have a rival: without it they are short, whatever we measured. */
    private void rivals(List<Row> rows) {
        boolean deploys = rivalDeploy != null;
        boolean kills = rivalKill != null;
        rows.add(new Row(
                "failed requests in the rolling restart, retries off, worst run",
                "requests",
                Must.atMost(0),
                deploys ? of(deploy, Deploy.Result::worst) : RIVAL_MISSING,
                of(rivalDeploy, Deploy.Result::worst)));
        rows.add(Row.of(
                "drain time when all clients are alive, beyond running requests",
                "s",
                Must.atMost(1),
                of(deploy, Deploy.Result::drain)));
        rows.add(new Row(
                "kill -9: failed idempotent requests (retries on), worst run",
                "requests",
                Must.atMost(0),
                kills ? of(kill, Kill.Result::failedReads) : RIVAL_MISSING,
                of(rivalKill, Kill.Result::failedReads)));
        rows.add(new Row(
                "kill -9: out of every picker, p99",
                "s",
                Must.atMost(1),
                kills ? of(kill, k -> k.out().millis(0.99) / 1000) : RIVAL_MISSING,
                of(rivalKill, k -> k.out().millis(0.99) / 1000)));
    }

    private void harm(List<Row> rows, String outage, java.util.function.Function<Outage.Result, Outage.Harm> which) {
        rows.add(Row.of(
                outage + ": failed requests",
                "requests",
                Must.atMost(0),
                of(this.outage, result -> which.apply(result).failed())));
        rows.add(Row.of(
                outage + ": looks at a view that missed a living instance",
                "looks",
                Must.atMost(0),
                of(this.outage, result -> which.apply(result).missing())));
    }

    private static <T> double of(@Nullable T result, ToDoubleFunction<T> figure) {
        return result == null ? Double.NaN : figure.applyAsDouble(result);
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "Three instances behind %d client applications of the starter in one process, %d of which send requests, with %d"
                        + " under way each at most, half by RestClient on the JDK's client, half by WebClient; 60 %% GET, 40 %%"
                        + " POST, handlers mostly below 20 ms and one in twenty up to 2 s (at most 100 ms in the SIGSTOP rows)."
                        + " The other %d send nothing; their pickers are asked every 10 ms. All views are looked at every 100 ms.",
                scale.clients(),
                scale.active(),
                scale.users(),
                scale.clients() - scale.active()));
        Deploy.Result deployed = deploy;
        if (deployed != null) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Rolling restart: %d rounds over all instances, failed %s, %,d requests; the JDK client's own retries are off,"
                            + " too. Drain time includes drain-settle (0.5 s).",
                    scale.deploys(),
                    deployed.failed(),
                    deployed.requests()));
        }
        Kill.Result killed = kill;
        if (killed != null) {
            notes.add(String.format(
                    Locale.ROOT,
                    "kill -9: %d kills, %d picker times, from the end of the process, which came up to %.2f s after the signal;"
                            + " %d POSTs failed, which were under way and must not be sent again.",
                    3 * scale.kills(),
                    killed.out().size(),
                    killed.dying(),
                    killed.failedWrites()));
        }
        Outage.Result outages = outage;
        if (outages != null) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Registry away: of the instance that is killed meanwhile, %d POSTs failed that began before anybody had heard"
                            + " of its death; they must not be sent again, and are not counted.",
                    outages.unspared()));
        }
        Deploy.Result rivalDeployed = rivalDeploy;
        if (rivalDeployed != null) {
            notes.add(
                    "Rival: Netflix Eureka with Spring Cloud LoadBalancer, both at their defaults. Its rolling restart failed "
                            + rivalDeployed.failed() + " requests.");
        }
        Kill.Result rivalKilled = rivalKill;
        if (rivalKilled != null) {
            notes.add(
                    rivalKilled.gaveUp()
                            ? "The rival's kill -9 row stopped waiting at " + scale.rivalSeconds()
                                    + " s, when its pickers still chose the dead instance."
                            : "The rival's kill -9 row ended when its pickers no longer chose the dead instance.");
        }
        Flood.Result flooded = flood;
        if (flooded != null) {
            notes.add("Flood, with 500 requests per second and token: sent " + flooded.sent() + ", answered "
                    + flooded.answers() + " by status, beside " + flooded.scriptCalls() + " rounds of a script.");
        }
        return notes;
    }
}
