package io.muster.benchmarks.quality;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;

/*
 * Clients that go by what servers told them, without regard to cost: each keeps the latest word of every server and when it came, reads the
 * clock, and looks at all servers before each request. An upper bound for what a kind of word is worth.
 *
 * A server's load is expected to go back to the mean of what is heard, fast where it was low, for whoever else hears of a low one goes there, and slowly
 * where it was high. Both times, and how far above the mean an unknown server counts, are the best of a few that were tried.
 */
final class Informed extends References.Chosen {
    private static final double FILL_SERVICES = 2;
    private static final double DRAIN_SERVICES = 8;
    private static final double CAUTION = 1.3;
    private static final double SMOOTHING = 0.05;

    private final Word word;
    private final int servers;
    private final Clock clock;
    private final RandomGenerator random;
    private final IntUnaryOperator underWay;
    private final double[][] others;
    private final long[][] at;
    private final double[] mean;
    private int next;

    private Informed(Scenario scenario, Word word, Clock clock, RandomGenerator random, IntUnaryOperator underWay) {
        super(scenario, (client, present) -> 0);
        this.word = word;
        this.servers = scenario.servers().size();
        this.clock = clock;
        this.random = random;
        this.underWay = underWay;
        this.others = new double[scenario.clients()][servers];
        this.at = new long[scenario.clients()][servers];
        this.mean = new double[scenario.clients()];
        for (long[] times : at) {
            Arrays.fill(times, Long.MIN_VALUE / 2);
        }
    }

    /** Clients that hear of servers in a certain way. */
    static Policy policy(Word word) {
        return new Policy(
                word.text,
                (scenario, clock, random, underWay) -> new Informed(scenario, word, clock, random, underWay));
    }

    @Override
    void heard(int client, int server, int load) {
        note(client, server, load);
        mean[client] += SMOOTHING * (load - mean[client]);
        if (word == Word.ALL_WITH_ANSWERS) {
            for (int other = 0; other < servers; other++) {
                note(client, other, underWay.applyAsInt(other));
            }
        }
    }

    @Override
    int choose(int client, int[] from) {
        if (word == Word.ASKED_FIRST) {
            ask(client, from);
        }
        int chosen = References.lowest(from, random, server -> expected(client, server));
        if (word == Word.AT_BOTH_ENDS) {
            note(client, chosen, underWay.applyAsInt(chosen));
        }
        return chosen;
    }

    private double expected(int client, int server) {
        double usual = mean[client] * CAUTION;
        double difference = others[client][server] - usual;
        double age = (double) (clock.getAsLong() - at[client][server]) / Scenario.SERVICE_NANOS;
        return usual
                + difference * Math.exp(-age / (difference < 0 ? FILL_SERVICES : DRAIN_SERVICES))
                + own(client, server);
    }

    private void note(int client, int server, int load) {
        others[client][server] = load - own(client, server);
        at[client][server] = clock.getAsLong();
    }

    private void ask(int client, int[] from) {
        int server = from[random.nextInt(from.length)];
        note(client, server, underWay.applyAsInt(server));
    }

    @Override
    public long pulseNanos() {
        return word == Word.ASKED_EACH_SERVICE_TIME ? Scenario.SERVICE_NANOS / others.length : 0;
    }

    @Override
    public void pulse() {
        ask(next, present());
        next = (next + 1) % others.length;
    }

    /** How clients hear of servers. */
    enum Word {
        WITH_ANSWERS("all that answers can tell of their own server"),
        AT_BOTH_ENDS("servers tell when a request comes, too"),
        ALL_WITH_ANSWERS("answers tell the exact load of all servers"),
        ASKED_FIRST("a server is asked before each request"),
        ASKED_EACH_SERVICE_TIME("each client asks a server each service time");

        private final String text;

        Word(String text) {
            this.text = text;
        }
    }
}
