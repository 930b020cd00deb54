package io.muster.benchmarks.quality;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Servers, clients, and what the clients ask for.
 *
 * @param name as the tables show it
 * @param servers all that are ever there
 * @param zones of the clients, one after the other; empty for nowhere in particular. Each client has a load balancer of its own, and sends as much
 *     as any other
 * @param load what is offered, in shares of the capacity of all servers that are there from the begin on
 * @param requests how many are sent in all
 * @param fromSeconds when measuring begins
 * @param toSeconds when it ends
 * @param delayNanos from a client to a server, and back
 * @param keys how many there are; 0 for requests without keys
 * @param skew of the keys' popularity: the k-th most popular one has a share in proportion to k^-skew
 */
record Scenario(
        String name,
        List<Server> servers,
        List<String> zones,
        double load,
        int requests,
        double fromSeconds,
        double toSeconds,
        long delayNanos,
        int keys,
        double skew) {
    /** The usual mean service time, the unit of all latencies. */
    static final long SERVICE_NANOS = 10_000_000;

    static final double SECOND_NANOS = 1e9;

    private static final double NOT_MEASURED = 0.1;

    /** Clients and servers alike, measured but for the first tenth. */
    static Scenario of(String name, List<Server> servers, int clients, double load, int requests) {
        Scenario whole = new Scenario(
                name,
                List.copyOf(servers),
                Collections.nCopies(clients, ""),
                load,
                requests,
                0,
                Double.POSITIVE_INFINITY,
                0,
                0,
                0);
        return whole.measured(NOT_MEASURED * requests * whole.gapNanos() / SECOND_NANOS, Double.POSITIVE_INFINITY);
    }

    /** Servers without a difference. */
    static List<Server> equal(int count) {
        return Collections.nCopies(count, Server.USUAL);
    }

    /** One that is special, and others. */
    static List<Server> oneAmong(Server special, int count) {
        List<Server> servers = new ArrayList<>(equal(count));
        servers.set(0, special);
        return servers;
    }

    Scenario measured(double from, double to) {
        return new Scenario(name, servers, zones, load, requests, from, to, delayNanos, keys, skew);
    }

    Scenario delayed(long nanos) {
        return new Scenario(name, servers, zones, load, requests, fromSeconds, toSeconds, nanos, keys, skew);
    }

    Scenario keyed(int count, double newSkew) {
        return new Scenario(name, servers, zones, load, requests, fromSeconds, toSeconds, delayNanos, count, newSkew);
    }

    Scenario callersIn(List<String> newZones) {
        return new Scenario(name, servers, newZones, load, requests, fromSeconds, toSeconds, delayNanos, keys, skew);
    }

    int clients() {
        return zones.size();
    }

    /** Between two requests, on average. */
    double gapNanos() {
        double capacity = servers.stream()
                .filter(server -> server.isThereAt(0))
                .mapToDouble(Server::capacity)
                .sum();
        return SERVICE_NANOS / (capacity * load);
    }

    /** The moments at which servers come or go, in order. */
    double[] changes() {
        return servers.stream()
                .flatMapToDouble(server -> DoubleStream.of(server.joinsSeconds(), server.leavesSeconds()))
                .filter(seconds -> seconds > 0 && seconds < Double.POSITIVE_INFINITY)
                .distinct()
                .sorted()
                .toArray();
    }

    /** Who is there at a moment, by number. */
    List<Integer> presentAt(double seconds) {
        return IntStream.range(0, servers.size())
                .filter(i -> servers.get(i).isThereAt(seconds))
                .boxed()
                .toList();
    }
}
