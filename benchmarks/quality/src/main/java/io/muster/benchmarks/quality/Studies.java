package io.muster.benchmarks.quality;

import static io.muster.benchmarks.quality.Scenario.equal;
import static io.muster.benchmarks.quality.Scenario.oneAmong;

import io.muster.benchmarks.quality.Informed.Word;
import io.muster.lb.LoadBalancers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The scenarios of servers that stay, part by part. */
final class Studies {
    static final String EQUAL_1 = "10 equal servers, 1 client, load 0.8";
    static final String EQUAL_20 = "10 equal servers, 20 clients, load 0.8";
    static final String SLOW_1 = "1 of 10 ten times slower, 1 client, load 0.7";
    static final String SLOW_20 = "1 of 10 ten times slower, 20 clients, load 0.7";
    static final String FAILING_1 = "1 of 10 fails at once, 1 client, load 0.7";
    static final String FAILING_20 = "1 of 10 fails at once, 20 clients, load 0.7";
    static final List<Integer> CLIENTS = List.of(1, 2, 5, 10, 20, 50, 100);
    static final List<Double> LOADS = List.of(0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95);

    private static final int REQUESTS = 60_000;
    private static final double LOAD = 0.8;
    private static final double LESS_LOAD = 0.7;
    private static final double MUCH_LOAD = 0.9;

    private final Laboratory laboratory;
    private final int requests;

    Studies(Laboratory laboratory) {
        this.laboratory = laboratory;
        this.requests = laboratory.requests(REQUESTS);
    }

    List<Summary> equalServers() {
        List<Policy> policies = Stream.of(
                        Policies.UNKEYED.stream(),
                        Stream.of(
                                References.FIRST_OF_EQUALS,
                                References.SYNCHRONIZED,
                                References.TWO_EXACT,
                                References.IDEAL))
                .flatMap(part -> part)
                .toList();
        return both(
                laboratory.run(Scenario.of(EQUAL_1, equal(10), 1, LOAD, requests), policies),
                laboratory.run(Scenario.of(EQUAL_20, equal(10), 20, LOAD, requests), policies));
    }

    List<Summary> slowServer() {
        List<Server> servers = oneAmong(Server.USUAL.slower(10), 10);
        List<Policy> policies = new ArrayList<>(Policies.UNKEYED);
        policies.add(References.IDEAL);
        return both(
                laboratory.run(Scenario.of(SLOW_1, servers, 1, LESS_LOAD, requests), policies),
                laboratory.run(Scenario.of(SLOW_20, servers, 20, LESS_LOAD, requests), policies));
    }

    List<Summary> failingServer() {
        List<Server> servers = oneAmong(Server.USUAL.broken(), 10);
        List<Policy> policies = List.of(
                Policies.DEFAULT,
                Policies.outliers(LoadBalancers.POWER_OF_TWO_CHOICES),
                Policies.REPORTED,
                Policies.ROUND_ROBIN,
                Policies.outliers(LoadBalancers.ROUND_ROBIN),
                Policies.LEAST,
                Policies.outliers(LoadBalancers.LEAST_IN_FLIGHT));
        return both(
                laboratory.run(Scenario.of(FAILING_1, servers, 1, LESS_LOAD, requests), policies),
                laboratory.run(Scenario.of(FAILING_20, servers, 20, LESS_LOAD, requests), policies));
    }

    List<Summary> largeFleet() {
        List<Policy> policies = new ArrayList<>(Policies.UNKEYED);
        policies.add(References.IDEAL);
        int many = laboratory.requests(3 * REQUESTS);
        return both(
                laboratory.run(
                        Scenario.of("100 equal servers, 1 client, load 0.9", equal(100), 1, MUCH_LOAD, many), policies),
                laboratory.run(
                        Scenario.of("100 equal servers, 50 clients, load 0.9", equal(100), 50, MUCH_LOAD, many),
                        policies));
    }

    List<Summary> weightedServers() {
        List<Server> servers = IntStream.range(0, 10)
                .mapToObj(i -> i < 4 ? Server.USUAL : Server.USUAL.larger(i < 8 ? 2 : 4))
                .toList();
        return laboratory.run(
                Scenario.of("weights 1, 2 and 4 as capacities, 20 clients, load 0.8", servers, 20, LOAD, requests),
                List.of(
                        Policies.ROUND_ROBIN,
                        Policies.WEIGHTED_RANDOM,
                        Policies.WEIGHTED_ROUND_ROBIN,
                        Policies.LEAST,
                        Policies.LEAST_OF_TWO,
                        Policies.DEFAULT,
                        Policies.REPORTED,
                        Policies.DECLINABLE));
    }

    /** One caller of many, as a gateway is, and many callers. */
    List<Summary> choices() {
        List<Summary> summaries = new ArrayList<>();
        for (int clients : List.of(1, 20)) {
            for (double load : LOADS) {
                Scenario scenario = Scenario.of(choicesName(clients, load), equal(10), clients, load, requests);
                for (int choices = 1; choices <= 3; choices++) {
                    summaries.add(laboratory.run(scenario, Policies.choices(choices)));
                }
                summaries.add(laboratory.run(scenario, References.IDEAL));
            }
        }
        return summaries;
    }

    static String choicesName(int clients, double load) {
        return "10 equal servers, " + clients + (clients == 1 ? " client" : " clients") + ", load " + load
                + ", d choices";
    }

    /** What reported load is worth to how many clients, and what more it would take. */
    List<Summary> reports() {
        List<Summary> summaries = new ArrayList<>();
        for (int clients : CLIENTS) {
            summaries.addAll(laboratory.run(
                    Scenario.of(reportsName(clients), equal(10), clients, LOAD, requests),
                    List.of(
                            Policies.DEFAULT,
                            Policies.LEAST_OF_TWO,
                            Policies.REPORTED,
                            Policies.DECLINABLE,
                            References.TWO_EXACT,
                            References.IDEAL)));
        }
        Scenario twenty = Scenario.of(reportsName(20), equal(10), 20, LOAD, requests);
        for (Word word : Word.values()) {
            summaries.add(laboratory.run(twenty, Informed.policy(word)));
        }
        Scenario delayed = Scenario.of(
                        "the same, 0.05 service times to a server and back each", equal(10), 20, LOAD, requests)
                .delayed(Scenario.SERVICE_NANOS / 20);
        summaries.addAll(laboratory.run(delayed, List.of(Policies.DEFAULT, Policies.REPORTED, Policies.DECLINABLE)));
        return summaries;
    }

    static String reportsName(int clients) {
        return "10 equal servers, load 0.8, clients: " + clients;
    }

    private static List<Summary> both(List<Summary> first, List<Summary> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
