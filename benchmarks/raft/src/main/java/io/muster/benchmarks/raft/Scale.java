package io.muster.benchmarks.raft;

/**
 * How much of everything.
 *
 * @param warmUps how often all kinds of calls are made before they count, at each
 * @param rounds how often leases are measured, of which the better one counts
 * @param leaseSeconds how long each kind of call is measured in a round
 * @param failOvers how often a leader is killed, and how often stopped
 * @param instances of the large catalogue
 * @param steadySeconds how long the large catalogue is observed
 * @param changes how many changes are followed to a picker
 * @param faultSeconds how long each kind of fault goes on
 */
record Scale(
        int warmUps,
        int rounds,
        int leaseSeconds,
        int failOvers,
        int instances,
        int steadySeconds,
        int changes,
        int faultSeconds) {
    static Scale full() {
        return new Scale(4, 2, 6, 10, 30_000, 60, 400, 40);
    }

    static Scale quick() {
        return new Scale(1, 1, 2, 2, 6_000, 10, 60, 10);
    }
}
