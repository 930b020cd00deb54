package io.muster.benchmarks.failures;

/**
 * How much of everything.
 *
 * @param clients client applications
 * @param active how many of them send requests; the others are judged by their pickers alone
 * @param users requests that each of these has under way at most
 * @param deploys how often all instances are restarted
 * @param kills how often each instance is killed
 * @param awaySeconds how long the registry is away, or starved
 * @param longPauseSeconds how long an instance is stopped for long
 * @param floodSeconds how long the registry is flooded
 * @param rivalSeconds how long a rival is waited for at most after a kill
 */
record Scale(
        int clients,
        int active,
        int users,
        int deploys,
        int kills,
        int awaySeconds,
        int longPauseSeconds,
        int floodSeconds,
        int rivalSeconds) {
    static Scale full() {
        return new Scale(20, 10, 3, 2, 2, 60, 60, 30, 120);
    }

    /** A smaller load, whose figures mean little. */
    static Scale quick() {
        return new Scale(6, 3, 3, 1, 1, 30, 30, 10, 30);
    }
}
