package io.muster.benchmarks.lease;

/**
 * How much of everything.
 *
 * @param pauses runs of the pause experiment for each of our stores and each moment of the stop
 * @param rivalPauses the same for the rivals
 * @param afterMillis how long a resumed holder goes on writing
 * @param shortCuts how often the store is cut off for a second, in each way
 * @param warmUpMillis of each contestant of the cost, before anything is measured
 * @param windowMillis measured per contestant and round
 * @param rounds of acquisitions and releases, interleaved
 * @param renewRounds of renewals
 */
record Scale(
        int pauses,
        int rivalPauses,
        int afterMillis,
        int shortCuts,
        int warmUpMillis,
        int windowMillis,
        int rounds,
        int renewRounds) {
    /** What the table speaks of. */
    static Scale full() {
        return new Scale(5, 2, 2000, 6, 3000, 1000, 9, 3);
    }

    /** The same steps, to see that they work; the figures of the cost mean little. */
    static Scale quick() {
        return new Scale(1, 1, 1000, 2, 1000, 300, 3, 2);
    }
}
