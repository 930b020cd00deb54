package io.muster.lb;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Servers with one FIFO queue each and exponential service times, clients that send Poisson arrivals through the real
 * balancers, one each, that know nothing of each other; virtual time, one seed.
 *
 * @param servers how many, with ids of equal length
 * @param slowdown how many times slower the first server is; 1 for not
 * @param failing whether the first server answers at once with a server error
 * @param clients how many balancers
 * @param utilisation offered load over the capacity of the servers that work, 0 to 1
 * @param serviceNanos mean service time of a server that is not slow
 * @param requests how many, the first tenth of which is not measured
 */
record QueueSimulation(
        int servers,
        double slowdown,
        boolean failing,
        int clients,
        double utilisation,
        long serviceNanos,
        int requests) {

    /** Latencies in mean service times; shares of all requests, by server. */
    record Result(double mean, double p99, List<Double> shares) {}

    private record End(long at, Ticket ticket, Outcome outcome, int server) {}

    Result run(long seed, Function<RandomGenerator, Strategy> strategy) {
        return run(seed, strategy, false);
    }

    /** @param reported whether answers say how many requests their server has left */
    Result run(long seed, Function<RandomGenerator, Strategy> strategy, boolean reported) {
        SplittableRandom random = new SplittableRandom(seed);
        ManualClock clock = new ManualClock();
        List<LoadBalancer> balancers = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            LoadBalancer balancer = LoadBalancers.loadBalancer(strategy.apply(random.split()), clock, random.split());
            balancer.update(TestTarget.many(servers));
            balancers.add(balancer);
        }
        long[] freeAt = new long[servers];
        int[] counts = new int[servers];
        int[] underWay = new int[servers];
        double[] latencies = new double[requests];
        PriorityQueue<End> ends = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
        double capacity = servers - 1 + (failing ? 0 : 1 / slowdown);
        double meanGap = serviceNanos / (capacity * utilisation);
        double arrival = 0;
        for (int i = 0; i < requests; i++) {
            arrival += exponential(random, meanGap);
            finishUntil((long) arrival, ends, clock, underWay, reported);
            clock.set((long) arrival);
            LoadBalancer balancer = balancers.get(random.nextInt(clients));
            Endpoint endpoint = Picks.any(balancer);
            int server = Integer.parseInt(endpoint.target().id());
            counts[server]++;
            underWay[server]++;
            boolean fails = failing && server == 0;
            long service = fails
                    ? serviceNanos / 50
                    : (long) exponential(random, server == 0 ? serviceNanos * slowdown : serviceNanos);
            long end = (fails ? (long) arrival : Math.max(freeAt[server], (long) arrival)) + service;
            freeAt[server] = Math.max(freeAt[server], end);
            latencies[i] = (end - arrival) / serviceNanos;
            ends.add(new End(end, balancer.start(endpoint), fails ? Outcome.SERVER_ERROR : Outcome.SUCCESS, server));
        }
        double[] measured = Arrays.copyOfRange(latencies, requests / 10, requests);
        Arrays.sort(measured);
        return new Result(
                Arrays.stream(measured).average().orElseThrow(),
                measured[(int) (measured.length * 0.99)],
                Arrays.stream(counts)
                        .mapToObj(count -> (double) count / requests)
                        .toList());
    }

    private static void finishUntil(
            long time, PriorityQueue<End> ends, ManualClock clock, int[] underWay, boolean reported) {
        for (End next = ends.peek(); next != null && next.at <= time; next = ends.peek()) {
            clock.set(next.at);
            underWay[next.server]--;
            if (reported && next.outcome == Outcome.SUCCESS) {
                next.ticket.reported(underWay[next.server]);
            }
            next.ticket.finish(next.outcome);
            ends.poll();
        }
    }

    private static double exponential(RandomGenerator random, double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }
}
