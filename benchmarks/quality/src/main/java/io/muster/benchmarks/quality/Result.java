package io.muster.benchmarks.quality;

/**
 * What a run showed. Latencies are in service times, of the requests that were served.
 *
 * @param mean latency
 * @param median latency
 * @param p99 latency
 * @param imbalance the largest share of requests that a server had, over the one that its weight gives it
 * @param firstShare share of all requests that the first server had
 * @param lastShare share of all requests that the last server had
 * @param localShare share of all requests that stayed in their client's zone
 * @param declinedShare share of all requests that a server declined, so that they were sent twice
 * @param diverges whether a server was offered more than it can do, so that latencies only tell of how long was measured
 */
record Result(
        double mean,
        double median,
        double p99,
        double imbalance,
        double firstShare,
        double lastShare,
        double localShare,
        double declinedShare,
        boolean diverges) {}
