package io.muster.samples.fleet;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How the sample is to run.
 *
 * @param nodes 20 to 1000
 * @param every between two readings that a node publishes, 1 s to 5 min
 * @param web the port of the page on the loopback, 0 for any; empty: no page
 */
record Options(int nodes, Duration every, OptionalInt web) {
    static final String USAGE = "Usage: [--nodes=20..1000] [--every=SECONDS] [--web=PORT]";

    private static final int DEFAULT_NODES = 250;
    private static final int LEAST_NODES = 20;
    private static final int MOST_NODES = 1000;
    private static final int MOST_SECONDS = 300;
    /** All nodes share the cores of one machine. */
    private static final int READINGS_PER_SECOND = 10;

    private static final int MAX_PORT = 65_535;

    Options {
        requireBetween("--nodes", nodes, LEAST_NODES, MOST_NODES);
        requireBetween("--every", (int) every.toSeconds(), 1, MOST_SECONDS);
        if (web.isPresent()) {
            requireBetween("--web", web.getAsInt(), 0, MAX_PORT);
        }
    }

    /**
     * Reads the arguments of the command line.
     *
     * @throws IllegalArgumentException if one is unknown or out of its range
     */
    static Options parse(String... arguments) {
        int nodes = DEFAULT_NODES;
        OptionalInt every = OptionalInt.empty();
        OptionalInt web = OptionalInt.empty();
        for (String argument : arguments) {
            if (argument.startsWith("--nodes=")) {
                nodes = number(argument);
            } else if (argument.startsWith("--every=")) {
                every = OptionalInt.of(number(argument));
            } else if (argument.startsWith("--web=")) {
                web = OptionalInt.of(number(argument));
            } else {
                throw new IllegalArgumentException(
                        "argument must be --nodes=N, --every=SECONDS or --web=PORT but was " + argument);
            }
        }
        return new Options(nodes, Duration.ofSeconds(every.orElse(nodes / READINGS_PER_SECOND)), web);
    }

    private static int number(String argument) {
        int sign = argument.indexOf('=');
        String value = argument.substring(sign + 1);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(argument.substring(0, sign) + " must be a number but was " + value, e);
        }
    }

    private static void requireBetween(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be " + least + " to " + most + " but was " + value);
        }
    }
}
