package io.muster.benchmarks.registry;

/**
 * How much load, for how long.
 *
 * @param fleet the steady state of a large fleet
 * @param pickers the clients of the starter
 * @param calls the cost of a call
 */
record Scale(Fleet fleet, Pickers pickers, Calls calls) {
    /** The period of an instance's heartbeats, the registry's default. */
    static final int HEARTBEAT_MILLIS = 5000;

    /**
     * The steady state.
     *
     * @param instances all of them send heartbeats
     * @param services over which they are spread evenly
     * @param streams as many of the instances keep a stream
     * @param watched services that each stream watches
     * @param connections kept for heartbeats
     * @param changesPerSecond instances that change their weight
     * @param warmUpSeconds under full load before anything is measured
     * @param seconds measured
     */
    record Fleet(
            int instances,
            int services,
            int streams,
            int watched,
            int connections,
            int changesPerSecond,
            int warmUpSeconds,
            int seconds) {}

    /**
     * The clients of the starter.
     *
     * @param clients in a process of their own
     * @param instances in the registry
     * @param services over which they are spread evenly
     * @param watched services that each client balances over
     * @param changesPerSecond instances that change their weight
     * @param warmUpSeconds before anything is measured
     * @param seconds measured
     */
    record Pickers(
            int clients,
            int instances,
            int services,
            int watched,
            int changesPerSecond,
            int warmUpSeconds,
            int seconds) {}

    /**
     * The cost of a call.
     *
     * @param services of {@code perService} instances each
     * @param perService instances
     * @param connections kept, each with one request on its way
     * @param warmUpMillis per kind of call and server, repeated (a few times at most) until there were
     * @param warmUpCalls as many calls
     * @param windowMillis measured per kind of call, server and round
     * @param rounds interleaved
     */
    record Calls(
            int services,
            int perService,
            int connections,
            int warmUpMillis,
            int warmUpCalls,
            int windowMillis,
            int rounds) {}

    /** What the table speaks of. */
    static Scale full() {
        return new Scale(
                new Fleet(30_000, 300, 2000, 5, 1000, 50, 20, 60),
                new Pickers(100, 1000, 10, 5, 10, 20, 30),
                new Calls(100, 10, 32, 8000, 40_000, 3000, 5));
    }

    /** The same steps in a minute, to see that they work; its figures mean little. */
    static Scale quick() {
        return new Scale(
                new Fleet(3000, 30, 200, 5, 100, 50, 3, 6),
                new Pickers(20, 200, 10, 5, 20, 3, 5),
                new Calls(20, 10, 16, 1500, 1, 1000, 2));
    }
}
