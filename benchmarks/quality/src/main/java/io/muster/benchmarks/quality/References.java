package io.muster.benchmarks.quality;

import io.muster.lb.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;

/** Ways to balance that are not the library's: what cannot be had, and what to avoid. */
final class References {
    /** Every request to the server with the fewest requests of all clients: what cannot be had without one queue for all. */
    static final Policy IDEAL = new Policy(
            "ideal: the shortest of all queues",
            (scenario, clock, random, underWay) -> new Chosen(
                    scenario, (client, present) -> lowest(present, random, server -> underWay.applyAsInt(server))));

    /** Two random servers, compared by the requests of all clients, at no cost and without delay. */
    static final Policy TWO_EXACT = new Policy(
            "two choices, exact load known",
            (scenario, clock, random, underWay) ->
                    new Chosen(scenario, (client, present) -> ofTwo(present, random, underWay)));

    /** Round robin of clients that all begin anew at the same server, as they would that take up a new list together. */
    static final Policy SYNCHRONIZED = new Policy(
            "round robin, all begin anew each second", (scenario, clock, random, underWay) -> new InStep(scenario));

    /** The fewest requests of the client's own, the first of equals. */
    static final Policy FIRST_OF_EQUALS = new Policy(
            "least in flight, first of equals", (scenario, clock, random, underWay) -> new FirstOfEquals(scenario));

    private References() {}

    /** Any of those of the lowest figure, all equally likely. */
    static int lowest(int[] present, RandomGenerator random, IntToDoubleFunction figure) {
        double least = Double.POSITIVE_INFINITY;
        int chosen = present[0];
        int equals = 0;
        for (int server : present) {
            double its = figure.applyAsDouble(server);
            if (its > least) {
                continue;
            }
            equals = its < least ? 1 : equals + 1;
            least = its;
            if (random.nextInt(equals) == 0) {
                chosen = server;
            }
        }
        return chosen;
    }

    private static int ofTwo(int[] present, RandomGenerator random, IntUnaryOperator underWay) {
        int first = random.nextInt(present.length);
        int second = random.nextInt(present.length - 1);
        second += second >= first ? 1 : 0;
        return lowest(new int[] {present[first], present[second]}, random, server -> underWay.applyAsInt(server));
    }

    /** Chooses for a client. */
    @FunctionalInterface
    interface Choice {
        int choose(int client, int[] present);
    }

    /** Sends where a choice says, and counts each client's requests under way. */
    static class Chosen implements Dispatcher {
        private final Choice choice;
        private final int[][] own;
        private int[] present = {};

        Chosen(Scenario scenario, Choice choice) {
            this.choice = choice;
            this.own = new int[scenario.clients()][scenario.servers().size()];
        }

        /** A client's own requests under way on a server. */
        final int own(int client, int server) {
            return own[client][server];
        }

        /** A client hears of a server. Its request counts no more. */
        void heard(int client, int server, int underWay) {}

        int choose(int client, int[] from) {
            return choice.choose(client, from);
        }

        /** Who is there. */
        final int[] present() {
            return present;
        }

        @Override
        public void update(List<Integer> now) {
            present = now.stream().mapToInt(Integer::intValue).toArray();
        }

        @Override
        public Call send(int client, long key) {
            int server = choose(client, present);
            own[client][server]++;
            return new Call() {
                @Override
                public int server() {
                    return server;
                }

                @Override
                public void end(Outcome outcome, int underWay) {
                    own[client][server]--;
                    heard(client, server, underWay);
                }
            };
        }
    }

    private static final class InStep extends Chosen {
        private final int[] turns;

        InStep(Scenario scenario) {
            super(scenario, (client, present) -> 0);
            this.turns = new int[scenario.clients()];
        }

        @Override
        int choose(int client, int[] from) {
            return from[turns[client]++ % from.length];
        }

        @Override
        public long pulseNanos() {
            return (long) Scenario.SECOND_NANOS;
        }

        @Override
        public void pulse() {
            Arrays.fill(turns, 0);
        }
    }

    private static final class FirstOfEquals extends Chosen {
        FirstOfEquals(Scenario scenario) {
            super(scenario, (client, present) -> 0);
        }

        @Override
        int choose(int client, int[] from) {
            int least =
                    Arrays.stream(from).map(server -> own(client, server)).min().orElseThrow();
            return Arrays.stream(from)
                    .filter(server -> own(client, server) == least)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
