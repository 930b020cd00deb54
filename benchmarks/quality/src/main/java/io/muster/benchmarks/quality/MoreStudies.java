package io.muster.benchmarks.quality;

import static io.muster.benchmarks.quality.Scenario.equal;

import io.muster.benchmarks.quality.LibraryClients.Settings;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Options;
import io.muster.lb.Subset;
import io.muster.lb.ZoneAwareness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The scenarios in which place, time or keys matter, part by part. */
final class MoreStudies {
    static final String ZONES = "30 servers in 3 zones, 15, 9 and 6 callers, load 0.7";
    static final String NEWCOMER = "a newcomer among 9, 5 times slower for 5 s, load 0.7; its first 10 s";
    static final String KEYS = "10 servers, 10,000 keys (Zipf 1), 1 client, load 0.6";
    static final String SUBSET = "100 servers, 200 clients, load 0.8";

    private static final int REQUESTS = 60_000;
    private static final double LOAD = 0.8;
    private static final double LESS_LOAD = 0.7;
    private static final double JOINS_SECONDS = 20;
    private static final double COLD_SECONDS = 5;
    private static final double WATCHED_SECONDS = 10;

    private final Laboratory laboratory;
    private final int requests;

    MoreStudies(Laboratory laboratory) {
        this.laboratory = laboratory;
        this.requests = laboratory.requests(REQUESTS);
    }

    List<Summary> zones() {
        List<Server> servers = IntStream.range(0, 30)
                .mapToObj(i -> Server.USUAL.in(List.of("a", "b", "c").get(i / 10)))
                .toList();
        List<String> callers = IntStream.range(0, 30)
                .mapToObj(i -> i < 15 ? "a" : i < 24 ? "b" : "c")
                .toList();
        Map<String, Integer> counts =
                callers.stream().collect(Collectors.toMap(Function.identity(), zone -> 1, Integer::sum));
        Scenario scenario =
                Scenario.of(ZONES, servers, 1, LESS_LOAD, 2 * requests).callersIn(callers);
        String strategy = LoadBalancers.POWER_OF_TWO_CHOICES;
        return laboratory.run(
                scenario,
                List.of(
                        Policies.DEFAULT,
                        LibraryClients.policy(
                                strategy + ", zone awareness",
                                strategy,
                                Settings.each(client ->
                                        Options.NONE.withZones(new ZoneAwareness(callers.get(client), counts, 6)))),
                        LibraryClients.policy(strategy + ", own zone only", strategy, Settings.SAME_ZONE)));
    }

    List<Summary> starts() {
        List<Policy> policies = List.of(
                Policies.ROUND_ROBIN,
                Policies.slowStart(LoadBalancers.ROUND_ROBIN),
                Policies.DEFAULT,
                Policies.slowStart(LoadBalancers.POWER_OF_TWO_CHOICES),
                Policies.REPORTED,
                Policies.DECLINABLE);
        List<Server> one = new ArrayList<>(equal(9));
        one.add(Server.USUAL.joining(JOINS_SECONDS, COLD_SECONDS));
        List<Summary> summaries = new ArrayList<>(laboratory.run(starting(NEWCOMER, one, LESS_LOAD), policies));
        List<Server> all = IntStream.range(0, 20)
                .mapToObj(i -> i < 10
                        ? Server.USUAL.leaving(JOINS_SECONDS)
                        : Server.USUAL.joining(JOINS_SECONDS, COLD_SECONDS))
                .toList();
        summaries.addAll(laboratory.run(
                starting("10 new servers in place of 10, 5 times slower for 5 s, load 0.15; first 10 s", all, 0.15),
                policies));
        return summaries;
    }

    private static Scenario starting(String name, List<Server> servers, double load) {
        Scenario scenario = Scenario.of(name, servers, 20, load, 1);
        double end = JOINS_SECONDS + WATCHED_SECONDS;
        int count = (int) (end * Scenario.SECOND_NANOS / scenario.gapNanos());
        return Scenario.of(name, servers, 20, load, count).measured(JOINS_SECONDS, end);
    }

    /** Every two seconds a server goes and a new one comes, that is slow for its first second. */
    List<Summary> churn() {
        int rounds = Math.max(1, laboratory.requests(40));
        List<Server> servers = new ArrayList<>(equal(10));
        for (int round = 1; round <= rounds; round++) {
            double at = 2.0 * round;
            int gone = round <= 10 ? round - 1 : servers.size() - 10;
            servers.set(gone, servers.get(gone).leaving(at));
            servers.add(Server.USUAL.joining(at, 1));
        }
        Scenario scenario = Scenario.of(
                "each 2 s one of 10 servers is replaced, cold for 1 s, load 0.6", servers, 20, 0.6, rounds * 1200);
        return laboratory.run(
                scenario,
                List.of(
                        Policies.ROUND_ROBIN,
                        Policies.LEAST_OF_TWO,
                        Policies.DEFAULT,
                        Policies.REPORTED,
                        References.IDEAL));
    }

    List<Summary> subsets() {
        Scenario scenario = Scenario.of(SUBSET, equal(100), 200, LOAD, 3 * requests);
        List<Policy> policies = new ArrayList<>();
        for (int size : List.of(0, 5, 10, 20, 50)) {
            policies.add(LibraryClients.policy(
                    size == 0 ? "all servers" : "subset of " + size,
                    LoadBalancers.POWER_OF_TWO_CHOICES,
                    Settings.each(client -> Options.NONE.withSubset(new Subset(size, "client-" + client)))));
        }
        return laboratory.run(scenario, policies);
    }

    List<Summary> hotKeys() {
        List<Policy> policies = List.of(
                LibraryClients.policy(LoadBalancers.CONSISTENT_HASHING),
                LibraryClients.policy(LoadBalancers.MAGLEV),
                Policies.bounded(2),
                Policies.bounded(1.5),
                Policies.bounded(1.25),
                Policies.DEFAULT);
        List<Summary> summaries = new ArrayList<>(
                laboratory.run(Scenario.of(KEYS, equal(10), 1, 0.6, requests).keyed(10_000, 1), policies));
        summaries.addAll(laboratory.run(
                Scenario.of("10 servers, 10,000 equal keys, 1 client, load 0.6", equal(10), 1, 0.6, requests)
                        .keyed(10_000, 0),
                policies));
        return summaries;
    }
}
