package io.muster.gossip.protocol;

import java.util.ArrayDeque;
import java.util.Iterator;

/*
 * Pings that this node makes for others. The helper pings, passes the acknowledgement on, and says after 80 % of the budget
 * that it lives though the target has not answered: at 100 % the asker would no longer wait for it. At most 64 are under
 * way; beyond that requests are not taken, which the asker sees as a missing answer.
 */
final class Relays {
    private static final int MOST = 64;
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final int MAX_BUDGET_MILLIS = 600_000;

    private static final class Relay {
        final NodeAddress asker;
        final long askersSequence;
        final long sequence;
        final long targetLife;
        final long nackAt;
        final long endsAt;
        boolean nacked;

        Relay(NodeAddress asker, Message request, long sequence, long now, boolean early) {
            long budget = Math.min(request.budgetMillis(), MAX_BUDGET_MILLIS) * NANOS_PER_MILLI;
            this.asker = asker;
            this.askersSequence = request.sequence();
            this.sequence = sequence;
            this.targetLife = request.targetLife();
            this.nackAt = now + (early ? budget * 4 / 5 : budget);
            this.endsAt = now + budget + NANOS_PER_MILLI;
        }
    }

    private final NodeContext node;
    private final Membership membership;
    private final ArrayDeque<Relay> relays = new ArrayDeque<>();

    Relays(NodeContext node, Membership membership) {
        this.node = node;
        this.membership = membership;
    }

    void onRequest(Message request, NodeAddress from) {
        int slot = node.table.slotOf(request.targetName());
        boolean known = slot != MemberTable.NONE && node.table.at(slot).id().life() == request.targetLife();
        if (relays.size() >= MOST || !known) {
            return;
        }
        Relay relay = new Relay(from, request, node.newSequence(), node.now(), node.on(Rule.EARLY_NACK));
        relays.add(relay);
        Message ping = Pings.ping(node, membership, slot, relay.sequence);
        node.send(node.table.at(slot).address(), Effects.Channel.DATAGRAM, ping);
    }

    void onAck(Message ack) {
        if (relays.isEmpty()) {
            return;
        }
        for (Iterator<Relay> all = relays.iterator(); all.hasNext(); ) {
            Relay relay = all.next();
            if (relay.sequence == ack.sequence() && relay.targetLife == ack.senderLife()) {
                all.remove();
                Message passedOn = node.message(Message.Kind.RELAYED_ACK, relay.askersSequence);
                node.addRumors(passedOn);
                node.send(relay.asker, Effects.Channel.DATAGRAM, passedOn);
                return;
            }
        }
    }

    long nextAt() {
        long next = Long.MAX_VALUE;
        if (!relays.isEmpty()) {
            for (Relay relay : relays) {
                next = Math.min(next, relay.nacked ? relay.endsAt : relay.nackAt);
            }
        }
        return next;
    }

    void onTimer() {
        for (Iterator<Relay> all = relays.iterator(); all.hasNext(); ) {
            Relay relay = all.next();
            if (!relay.nacked && node.now() >= relay.nackAt) {
                relay.nacked = true;
                node.send(relay.asker, Effects.Channel.DATAGRAM, node.message(Message.Kind.NACK, relay.askersSequence));
            }
            if (node.now() >= relay.endsAt) {
                all.remove();
            }
        }
    }

    void clear() {
        relays.clear();
    }
}
