package io.muster.gossip.protocol;

/** What a node has counted since it was made; read on the node's thread. */
public final class Counters {
    long probes;
    long failedProbes;
    long answeredLate;
    long refutations;
    long refusedClaims;
    long syncs;
    long failedSyncs;
    long stalls;
    long failedSends;
    long foreignTargets;
    long stateSyncs;
    long refusedEntries;
    long strangeEntries;
    long takenBack;

    Counters() {}

    public long probes() {
        return probes;
    }

    /** Probes that nothing answered. */
    public long failedProbes() {
        return failedProbes;
    }

    /** Probes that were answered after the direct timeout, often through helpers or by stream: a hint at a half-broken link. */
    public long answeredLate() {
        return answeredLate;
    }

    /** Suspicions of this node that it answered. */
    public long refutations() {
        return refutations;
    }

    /** Claims that leap, or contradict what a name can be. */
    public long refusedClaims() {
        return refusedClaims;
    }

    public long syncs() {
        return syncs;
    }

    /** Probes whose datagram could not be sent and that went on to the helpers at once. */
    public long failedSends() {
        return failedSends;
    }

    /** Push-pulls that got no answer: a hint at streams that are cut where datagrams pass. */
    public long failedSyncs() {
        return failedSyncs;
    }

    /** Times that this node noticed that it had been stopped. */
    public long stalls() {
        return stalls;
    }

    /** Pings that asked for somebody else, as when an address is used again. */
    public long foreignTargets() {
        return foreignTargets;
    }

    /** Push-pulls of what members share that this node has begun. */
    public long stateSyncs() {
        return stateSyncs;
    }

    /** Entries of the state that leap, make no sense or exceed a bound. */
    public long refusedEntries() {
        return refusedEntries;
    }

    /** Entries of the state by lives that this node does not hold for members. */
    public long strangeEntries() {
        return strangeEntries;
    }

    /** Values of this node that somebody else had written in its name. */
    public long takenBack() {
        return takenBack;
    }
}
