package io.muster.lb;

/**
 * An endpoint's statistics at one moment, for display. Each figure is exact or, for the latency, the last one written;
 * together they are not one consistent cut.
 *
 * @param inFlight requests started and not finished
 * @param latencyNanos smoothed latency in nanoseconds; 0 before the third success or the first timeout
 * @param penalty the factor by which recent failures raise the cost; 1 for none
 * @param successes requests that ended well
 * @param failures requests that ended in a server error, failure, refusal or timeout
 * @param cancellations requests that the caller gave up or the endpoint declined
 * @param ejected whether it is out of the rotation because it refused a connection or failed more than others
 * @param expectedInFlight requests of all callers that are expected on it, by what it reported; -1 when it does not report
 * @param utilization the share of its capacity that it reported last, 0 to 1; 0 when it does not say
 */
public record EndpointStatistics(
        int inFlight,
        long latencyNanos,
        double penalty,
        long successes,
        long failures,
        long cancellations,
        boolean ejected,
        long expectedInFlight,
        double utilization) {}
