package io.muster.benchmarks.pick;

/**
 * How long, and how often.
 *
 * @param rounds each measures everything once, in a new JVM for each figure
 * @param warmUps windows before the measured ones
 * @param longWarmUps the same for what is made of much more code
 * @param windows measured in each JVM
 * @param windowMillis the length of a window
 * @param limitMinutes after which the run ends
 */
record Scale(int rounds, int warmUps, int longWarmUps, int windows, int windowMillis, int limitMinutes) {
    /** What the table speaks of. */
    static Scale full() {
        return new Scale(3, 10, 25, 6, 60, 20);
    }

    /** The same once and in short, to see that it works; its figures mean little. */
    static Scale quick() {
        return new Scale(1, 6, 12, 3, 40, 6);
    }
}
