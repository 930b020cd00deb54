package io.muster.benchmarks.quality;

import io.muster.lb.HashKey;
import io.muster.lb.Outcome;
import java.util.List;
import java.util.PriorityQueue;

/*
 * One run: requests arrive as a Poisson process, each at a random client, which sends it to a server. A server serves one request at a time, in the order in
 * which they came. Its answer says how many requests it then has left. Events of the same moment happen in the order in which they were planned.
 */
final class Simulation {
    /** A broken server's answer comes after this share of a service time. */
    private static final double FAILING_FAST = 0.02;

    private final Scenario scenario;
    private final Clock clock = new Clock();
    private final Randomness random;
    private final Randomness services;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final long[] freeAt;
    private final int[] underWay;
    private final Dispatcher dispatcher;
    private final Zipf keys;
    private final Measurement measurement;
    private long planned;
    private int sent;

    private Simulation(Scenario scenario, Policy policy, long seed) {
        int servers = scenario.servers().size();
        this.scenario = scenario;
        this.random = new Randomness(seed);
        this.services = new Randomness(random.nextLong());
        this.freeAt = new long[servers];
        this.underWay = new int[servers];
        this.keys = new Zipf(scenario.keys(), scenario.skew());
        this.measurement = new Measurement(scenario);
        this.dispatcher =
                policy.maker().make(scenario, clock, new Randomness(random.nextLong()), server -> underWay[server]);
    }

    static Result run(Scenario scenario, Policy policy, long seed) {
        return new Simulation(scenario, policy, seed).result();
    }

    private Result result() {
        dispatcher.update(scenario.presentAt(0));
        for (double change : scenario.changes()) {
            List<Integer> present = scenario.presentAt(change);
            plan((long) (change * Scenario.SECOND_NANOS), () -> dispatcher.update(present));
        }
        if (dispatcher.pulseNanos() > 0) {
            planIn(dispatcher.pulseNanos(), this::pulse);
        }
        planArrival();
        for (Event event = events.poll(); event != null; event = events.poll()) {
            clock.set(event.at);
            event.action.run();
        }
        return measurement.result();
    }

    private void pulse() {
        dispatcher.pulse();
        if (sent < scenario.requests()) {
            planIn(dispatcher.pulseNanos(), this::pulse);
        }
    }

    private void planArrival() {
        planIn((long) random.exponential(scenario.gapNanos()), this::arrive);
    }

    private void arrive() {
        int client = random.nextInt(scenario.clients());
        long now = clock.getAsLong();
        Dispatcher.Call call =
                dispatcher.send(client, scenario.keys() == 0 ? 0 : HashKey.of("key-" + keys.draw(random)));
        planIn(scenario.delayNanos(), () -> received(client, call, now));
        if (++sent < scenario.requests()) {
            planArrival();
        }
    }

    private void received(int client, Dispatcher.Call call, long sentAt) {
        int number = call.server();
        int before = underWay[number];
        if (!call.isWelcome(before)) {
            measurement.declined(sentAt);
            planIn(scenario.delayNanos(), () -> {
                Dispatcher.Call next = call.resend(before);
                planIn(scenario.delayNanos(), () -> received(client, next, sentAt));
            });
            return;
        }
        measurement.taken(scenario.zones().get(client), number, sentAt);
        Server server = scenario.servers().get(number);
        long now = clock.getAsLong();
        underWay[number]++;
        if (server.failing()) {
            planIn((long) (FAILING_FAST * Scenario.SERVICE_NANOS), () -> answered(call, sentAt, Outcome.SERVER_ERROR));
            return;
        }
        long start = Math.max(freeAt[number], now);
        double slowness = server.slownessAt(start / Scenario.SECOND_NANOS);
        long time = (long) services.exponential(slowness * Scenario.SERVICE_NANOS);
        measurement.work(number, time, now);
        freeAt[number] = start + time;
        plan(freeAt[number], () -> answered(call, sentAt, Outcome.SUCCESS));
    }

    private void answered(Dispatcher.Call call, long sentAt, Outcome outcome) {
        int left = --underWay[call.server()];
        planIn(scenario.delayNanos(), () -> {
            call.end(outcome, left);
            if (outcome == Outcome.SUCCESS) {
                measurement.answered(sentAt, clock.getAsLong());
            }
        });
    }

    private void planIn(long nanos, Runnable action) {
        plan(clock.getAsLong() + nanos, action);
    }

    private void plan(long at, Runnable action) {
        events.add(new Event(at, planned++, action));
    }

    private record Event(long at, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
