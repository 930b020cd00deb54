package io.muster.client;

import io.muster.gossip.protocol.NodeAddress;

/**
 * How this process stands in its cluster at one moment.
 *
 * @param name the member's name
 * @param address where it is reached
 * @param settled whether it has heard of others, or has waited long enough to say that there are none
 * @param members others that take part, suspected ones included
 * @param suspected of these
 * @param instances members of this namespace that are instances, this one included
 * @param suspicions raised since the start, by whomever
 * @param deaths of members since the start
 * @param unreadable cards that could not be read since the start
 * @param problem why it takes part no more, for people; empty while it does
 */
public record GossipState(
        String name,
        NodeAddress address,
        boolean settled,
        int members,
        int suspected,
        int instances,
        long suspicions,
        long deaths,
        long unreadable,
        String problem) {}
