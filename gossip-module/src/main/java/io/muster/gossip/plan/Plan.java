package io.muster.gossip.plan;

import java.time.Duration;

/**
 * What to expect of a cluster in which all is well but for what is asked.
 *
 * @param detection of one crash
 * @param update of what one member says of itself
 * @param load of each member while nothing changes
 * @param accuracy of the probes
 */
public record Plan(Detection detection, Update update, Load load, Accuracy accuracy) {
    /**
     * Mean times from a crash.
     *
     * @param firstSuspect until one member suspects it
     * @param firstDead until one member holds it for dead
     * @param allKnow until all members do
     */
    public record Detection(Duration firstSuspect, Duration firstDead, Duration allKnow) {}

    /**
     * Times from a change until all members know of it.
     *
     * @param mean of many changes
     * @param late what one change in a hundred exceeds
     */
    public record Update(Duration mean, Duration late) {}

    /**
     * What one member sends per second, and receives but for what is lost.
     *
     * @param datagrams per second
     * @param streams questions on streams per second; each is a connection with one answer
     * @param bytes per second on the wire, sealed, with the headers of IPv4, UDP and TCP but not of the link
     */
    public record Load(double datagrams, double streams, double bytes) {
        /** Headers of a datagram. */
        public static final int DATAGRAM_HEADERS = 20 + 8;

        /**
         * Headers of a stream with one question and its answer: SYN and its answer with 20 bytes of options, and 7 packets with
         * 12 (acknowledgements, question, answer, the ends' FIN), beside the lengths of the two frames.
         */
        public static final int STREAM_HEADERS = 2 * (20 + 20 + 20) + 7 * (20 + 20 + 12) + 2 * 4;
    }

    /**
     * How often healthy members are suspected.
     *
     * @param unanswered the share of probes that no datagram answers, through helpers or not; streams answer those
     * @param falseSuspicions raised by one member per minute if streams do not get through either; otherwise there are none
     */
    public record Accuracy(double unanswered, double falseSuspicions) {}
}
