package io.muster.client;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds URLs that are not nodes of one registry. Positions are equal on all nodes, so a URL that still shows its own epoch
 * after another one showed a different epoch is another registry: one that merely restarted has a new epoch. Thread-safe.
 */
final class EpochWatch {
    private final Map<URI, Seen> seen = new HashMap<>();
    private long observations;
    private boolean reported;

    /** The epoch that a URL showed, and when. */
    private record Seen(long epoch, long observation) {}

    /** Takes what a URL shows; answers whether this is the first proof of two registries. */
    synchronized boolean observe(URI url, long epoch) {
        Seen before = seen.put(url, new Seen(epoch, observations++));
        if (reported || before == null || before.epoch() != epoch) {
            return false;
        }
        for (Seen other : seen.values()) {
            if (other.epoch() != epoch && other.observation() > before.observation()) {
                reported = true;
                return true;
            }
        }
        return false;
    }
}
