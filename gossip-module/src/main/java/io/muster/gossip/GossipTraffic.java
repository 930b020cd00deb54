package io.muster.gossip;

import io.muster.gossip.wire.Frames;
import java.util.Map;

/**
 * What a node has sent and heard since its start. Bytes are those of frames, without headers of UDP, TCP or IP.
 *
 * @param datagramsSent datagrams given to the system
 * @param datagramsHeard datagrams that arrived, the refused ones included
 * @param streamsSent questions asked by stream, and answers given
 * @param streamsHeard questions and answers that arrived by stream, the refused ones included
 * @param bytesSent of all these
 * @param bytesHeard of all these
 * @param failed datagrams that the system did not take, and connections that were not made
 * @param dropped questions that were not asked, and connections that were not taken, for there were too many at a time
 * @param refused frames that were not taken, by the reason; reasons that never occurred are not in it
 */
public record GossipTraffic(
        long datagramsSent,
        long datagramsHeard,
        long streamsSent,
        long streamsHeard,
        long bytesSent,
        long bytesHeard,
        long failed,
        long dropped,
        Map<Frames.Verdict, Long> refused) {
    /** Nothing yet. */
    public static final GossipTraffic NONE = new GossipTraffic(0, 0, 0, 0, 0, 0, 0, 0, Map.of());

    /** Copies the map. */
    public GossipTraffic {
        refused = Map.copyOf(refused);
    }

    /** Frames that were not taken, whatever the reason. */
    public long refusals() {
        return refused.values().stream().mapToLong(Long::longValue).sum();
    }
}
