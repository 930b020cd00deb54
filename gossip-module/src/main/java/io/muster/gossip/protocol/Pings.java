package io.muster.gossip.protocol;

/** Composes pings and their answers. */
final class Pings {
    private Pings() {}

    /** A ping of a member. If it is suspected or dead here, that comes first, so that it can answer (Lifeguard's buddy). */
    static Message ping(NodeContext node, Membership membership, int slot, long sequence) {
        MemberRecord target = node.table.at(slot);
        Message ping = node.message(Message.Kind.PING, sequence)
                .target(target.id().nameHash(), target.id().life());
        accuse(node, membership, slot, ping);
        node.addRumors(ping);
        return ping;
    }

    /** The answer to a ping. */
    static Message ack(NodeContext node, Membership membership, Message ping) {
        Message ack = node.message(Message.Kind.ACK, ping.sequence()).root(node.table.root());
        boolean asksForMe = ping.targetLife() == node.id().life();
        if (!asksForMe && ping.targetLife() != 0) {
            node.counters.foreignTargets++;
            node.addFirst(ack, new Rumor(node.self(), 0, 0));
        }
        int slot = node.table.slotOf(ping.senderName());
        if (slot != MemberTable.NONE) {
            accuse(node, membership, slot, ack);
        }
        node.addRumors(ack);
        return ack;
    }

    private static void accuse(NodeContext node, Membership membership, int slot, Message message) {
        if (node.config.lifeguard().buddy() && node.table.at(slot).state() != MemberState.ALIVE) {
            node.addFirst(message, membership.rumorOf(slot));
        }
    }
}
