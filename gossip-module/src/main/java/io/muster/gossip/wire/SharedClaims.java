package io.muster.gossip.wire;

import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.StateEntry;

/**
 * Claims, and entries of the state, that were read lately, so that the nodes of one thread, which all hear the same, hold each once
 * instead of a copy each, and read it once. Not thread-safe.
 */
public final class SharedClaims {
    private static final int CLAIMS = 4096;
    private static final int ENTRIES = 16_384;

    final ReadCache<MemberRecord> claims = new ReadCache<>(CLAIMS);
    final ReadCache<StateEntry> entries = new ReadCache<>(ENTRIES);
}
