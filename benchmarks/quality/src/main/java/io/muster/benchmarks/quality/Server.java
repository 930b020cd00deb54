package io.muster.benchmarks.quality;

import io.muster.lb.Target;

/**
 * What a simulated server is: one queue, first in, first out, and exponential service times.
 *
 * @param slowness its mean service time, 1 for the usual one
 * @param weight what it says of itself
 * @param zone where it runs; empty for nowhere in particular
 * @param failing whether it answers at once with an error
 * @param coldSeconds how long it is {@link #COLD} times slower than usual, from when it joins
 * @param joinsSeconds when it joins; 0 for from the begin on
 * @param leavesSeconds when it leaves; infinity for never
 */
record Server(
        double slowness,
        int weight,
        String zone,
        boolean failing,
        double coldSeconds,
        double joinsSeconds,
        double leavesSeconds) {
    /** How many times slower a cold server is. */
    static final double COLD = 5;

    /** One like most. */
    static final Server USUAL = new Server(1, Target.DEFAULT_WEIGHT, "", false, 0, 0, Double.POSITIVE_INFINITY);

    Server slower(double times) {
        return new Server(times, weight, zone, failing, coldSeconds, joinsSeconds, leavesSeconds);
    }

    /** So many times as fast, and of so many times the weight. */
    Server larger(int times) {
        return new Server(slowness / times, weight * times, zone, failing, coldSeconds, joinsSeconds, leavesSeconds);
    }

    Server in(String newZone) {
        return new Server(slowness, weight, newZone, failing, coldSeconds, joinsSeconds, leavesSeconds);
    }

    Server broken() {
        return new Server(slowness, weight, zone, true, coldSeconds, joinsSeconds, leavesSeconds);
    }

    Server joining(double seconds, double cold) {
        return new Server(slowness, weight, zone, failing, cold, seconds, leavesSeconds);
    }

    Server leaving(double seconds) {
        return new Server(slowness, weight, zone, failing, coldSeconds, joinsSeconds, seconds);
    }

    /** Its mean service time at a moment, 1 for the usual one. */
    double slownessAt(double seconds) {
        return seconds - joinsSeconds < coldSeconds ? slowness * COLD : slowness;
    }

    boolean isThereAt(double seconds) {
        return joinsSeconds <= seconds && seconds < leavesSeconds;
    }

    /** What it adds to the capacity while it is warm. */
    double capacity() {
        return failing ? 0 : 1 / slowness;
    }
}
