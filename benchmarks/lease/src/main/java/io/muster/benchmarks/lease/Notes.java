package io.muster.benchmarks.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the figures were measured, as sentences below the table. */
record Notes(
        Scale scale,
        @Nullable List<Pause.Tally> pauses,
        @Nullable List<Pause.Tally> rivals,
        @Nullable Map<Backend, Cost.Result> cost) {

    List<String> all() {
        List<String> notes = new ArrayList<>();
        if (pauses != null) {
            notes.add(
                    "SIGSTOP: two JVMs beside the store's container; the holder writes every 10 ms, in a database by turns"
                            + " through the guarded data source and past it with its token alone, is stopped until the other one holds"
                            + " the lease and writes, and writes on without asking. TTL "
                            + Stack.MUSTER.ttl().toSeconds()
                            + " s. Over HTTP a service writes, with its fence in PostgreSQL; the holder's requests go by turns"
                            + " through the client that sends the token by itself and with the header set by hand. "
                            + pauses.stream().map(Notes::runs).collect(Collectors.joining("; ")) + ".");
        }
        if (rivals != null) {
            notes.add("Rivals in the same experiment: ShedLock with its keep-alive provider, whose shortest time is "
                    + Stack.SHEDLOCK.ttl().toSeconds() + " s, and Redisson's fenced lock with a watchdog of "
                    + Stack.REDISSON.ttl().toSeconds()
                    + " s, whose token is handed out and checked nowhere; over HTTP our"
                    + " lease, and an endpoint of the same service without a guard. "
                    + rivals.stream().map(Notes::runs).collect(Collectors.joining("; ")) + ".");
        }
        notes.add(
                "Store cut off: a proxy between the holder and its store holds back both directions or one, without a reset,"
                        + " and delivers when it is healed; the guarded resource stays within reach. The work over JDBC ignores its"
                        + " interrupt, that in Redis obeys it. The local deadline is a TTL less 1 % after the last answered request was"
                        + " sent.");
        if (cost != null) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Cost: one thread, connections kept, stores at their images' defaults on this machine's disk, H2 in memory;"
                            + " medians of %d interleaved windows of %.1f s after %.1f s of warm-up each; p50 and p99 of all calls."
                            + " Ours is taken and closed as a program does, with renewal and watchdog, and protects no declared"
                            + " resource, so that no fence is raised; ShedLock's is its"
                            + " provider alone, on the database's time. Renewals are calls of the store, one lease each, in"
                            + " %d windows. H2 has no round trip: what is seen is that our calls go over to a thread that may"
                            + " wait for the database, so that one that hangs holds up nobody.",
                    scale.rounds(),
                    scale.windowMillis() / 1000.0,
                    scale.warmUpMillis() / 1000.0,
                    scale.renewRounds()));
        }
        if (cost != null && !cost.isEmpty()) {
            notes.add("Cost, spread of the windows' means of acquire + release, µs: "
                    + cost.entrySet().stream()
                            .flatMap(store ->
                                    store.getValue().figures().stream().map(figure -> spread(store.getKey(), figure)))
                            .collect(Collectors.joining("; "))
                    + ".");
        }
        notes.add(String.format(
                Locale.ROOT,
                "Machine: %d processors, Java %s, stores, processes and load on it, over the loopback.",
                Runtime.getRuntime().availableProcessors(),
                Runtime.version()));
        return notes;
    }

    private static String spread(Backend backend, Cost.Figure figure) {
        return String.format(
                Locale.ROOT,
                "%s, %s: %.0f to %.0f",
                backend.label(),
                figure.name(),
                figure.leastMicros(),
                figure.mostMicros());
    }

    private static String runs(Pause.Tally tally) {
        String how =
                tally.trial().backend() == Backend.HTTP ? " writes answered 409" : " writes refused by their token";
        String refused = tally.refused() > 0 ? ", " + tally.refused() + how : "";
        String moment = tally.moment() == Pause.Moment.BEFORE_COMMIT ? " stopped before the commit" : "";
        return tally.trial() + ": " + tally.runs() + " runs" + moment + refused;
    }
}
