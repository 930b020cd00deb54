package io.muster.benchmarks.pick;

/**
 * How long, and how often.
 *
 * <p>Other load on a machine comes and goes within a fraction of a second. Many short windows find the moments without it sooner
 * than a few long ones.
 *
 * @param rounds each measures once, in a new JVM for each figure, what is compared
 * @param roundsOfAll how many of these rounds, the first ones, measure everything
 * @param warmUps windows before the measured ones
 * @param longWarmUps the same for what is made of much more code
 * @param warmUpMillis the length of each of these
 * @param windows measured in each JVM
 * @param windowMillis the length of a window
 * @param longWindows measured in each JVM of what is made of much more code
 * @param longWindowMillis the length of these
 * @param limitMinutes after which the run ends
 */
record Scale(
        int rounds,
        int roundsOfAll,
        int warmUps,
        int longWarmUps,
        int warmUpMillis,
        int windows,
        int windowMillis,
        int longWindows,
        int longWindowMillis,
        int limitMinutes) {
    /** What the table speaks of. */
    static Scale full() {
        return new Scale(6, 2, 10, 25, 60, 20, 20, 8, 60, 50);
    }

    /** The same once and in short, to see that it works; its figures mean little. */
    static Scale quick() {
        return new Scale(1, 1, 6, 12, 40, 6, 20, 3, 40, 8);
    }

    /** How many rounds measure a group. */
    int rounds(Group group) {
        return group.isCompared() ? rounds : roundsOfAll;
    }
}
