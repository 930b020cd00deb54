package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.LoadLoop;
import io.muster.benchmarks.process.Servers;
import io.muster.benchmarks.registry.Contestant.CallKind;
import io.muster.benchmarks.registry.Contestant.Cost;
import io.muster.benchmarks.report.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * Part (c): what a call costs the server, and how many it answers, in turns with Eureka. Both run all the time; whoever is not
 * measured idles. Connections, JVM flags, warm-up and the numbers of instances are equal.
 */
final class CallCost {
    /** More than part (a) allows: Eureka keeps every registration of the last three minutes for its deltas. */
    static final int MAX_HEAP_MEGABYTES = 1024;

    private final Scale.Calls scale;
    private final Servers servers;
    private final Progress progress;

    CallCost(Scale.Calls scale, Servers servers, Progress progress) {
        this.scale = scale;
        this.servers = servers;
        this.progress = progress;
    }

    /**
     * Both, measured.
     *
     * @param muster this project's registry
     * @param eureka the rival
     */
    record Result(Contestant muster, Contestant eureka) {}

    Result run() throws IOException, InterruptedException {
        progress.say("(c) cost of a call: starting both servers");
        try (Servers.Server musterServer = servers.muster("muster-c", MAX_HEAP_MEGABYTES);
                Servers.Server eurekaServer = servers.eureka("eureka", MAX_HEAP_MEGABYTES);
                LoadLoop loop = LoadLoop.start()) {
            Contestant muster = new Contestant(new MusterDialect(), musterServer, loop, scale);
            Contestant eureka = new Contestant(new EurekaDialect(), eurekaServer, loop, scale);
            muster.populate();
            eureka.populate();
            rounds(muster, eureka, List.of(CallKind.LOOKUP, CallKind.HEARTBEAT));
            rounds(muster, eureka, List.of(CallKind.REGISTRATION));
            return new Result(muster, eureka);
        }
    }

    private void rounds(Contestant muster, Contestant eureka, List<CallKind> kinds) throws InterruptedException {
        for (CallKind kind : kinds) {
            progress.say("(c) warming up: %s", kind.name().toLowerCase(Locale.ROOT));
            for (Contestant contestant : List.of(muster, eureka)) {
                contestant.warmUp(kind);
            }
        }
        for (int round = 1; round <= scale.rounds(); round++) {
            List<Contestant> order = round % 2 == 1 ? List.of(muster, eureka) : List.of(eureka, muster);
            for (CallKind kind : kinds) {
                for (Contestant contestant : order) {
                    Cost cost = contestant.measure(kind);
                    progress.say(
                            "(c) round %d  %-12s  %-6s  %,8.0f/s  %6.1f us of server CPU",
                            round,
                            kind.name().toLowerCase(Locale.ROOT),
                            contestant.name(),
                            cost.perSecond(),
                            cost.cpuMicros());
                }
            }
        }
    }
}
