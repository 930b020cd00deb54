package io.muster.gossip.protocol;

/*
 * One member is probed per period [1, section 3.1]: a ping; after the direct timeout a request to k helpers, and the same
 * ping by stream, which gets through where datagrams do not [2]; at the end of the period the verdict. Periods and timeouts
 * grow with the local health score. The pings by stream carry rumors like all others: a suspect that can be reached by
 * stream alone must hear of its suspicion.
 *
 * [1] Das, Gupta, Motivala: SWIM, DSN 2002   [2] as memberlist does
 */
final class Prober {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final NodeContext node;
    private final Membership membership;
    private final Isolation isolation;
    private long nextProbeAt;
    private long helpersAt = Long.MAX_VALUE;
    private int slot = MemberTable.NONE;
    private MemberRecord target;
    private long sequence;
    private int expectedNacks;
    private int nacks;

    Prober(NodeContext node, Membership membership, Isolation isolation) {
        this.node = node;
        this.membership = membership;
        this.isolation = isolation;
        this.target = node.self();
    }

    void start() {
        nextProbeAt = node.now() + (long) (node.random.nextDouble() * node.periodNanos);
    }

    long nextAt() {
        return Math.min(nextProbeAt, helpersAt);
    }

    /** Drops the probe under way without a verdict. */
    void forget() {
        slot = MemberTable.NONE;
        helpersAt = Long.MAX_VALUE;
    }

    /** Whether this node has just found itself isolated. */
    boolean onTimer() {
        boolean isolated = false;
        if (node.now() >= helpersAt) {
            askHelpers();
        }
        if (node.now() >= nextProbeAt) {
            isolated = judge();
            probe();
        }
        return isolated;
    }

    private void probe() {
        nextProbeAt = node.now() + node.periodNanos * node.health.factor();
        slot = membership.nextToProbe();
        if (slot == MemberTable.NONE) {
            return;
        }
        node.counters.probes++;
        target = node.table.at(slot);
        sequence = node.newSequence();
        expectedNacks = 0;
        nacks = 0;
        helpersAt = node.now() + node.directTimeoutNanos * node.health.factor();
        ping(Effects.Channel.DATAGRAM);
    }

    private void ping(Effects.Channel channel) {
        node.send(target.address(), channel, Pings.ping(node, membership, slot, sequence));
    }

    private void askHelpers() {
        helpersAt = Long.MAX_VALUE;
        if (slot == MemberTable.NONE) {
            return;
        }
        int budgetMillis = (int) Math.max(1, (nextProbeAt - node.now()) / NANOS_PER_MILLI);
        int helpers = node.on(Rule.INDIRECT) ? Math.min(node.config.probing().helpers(), node.n() - 2) : 0;
        int[] asked = new int[Math.max(0, helpers)];
        for (int tries = 0; tries < 4 * helpers && expectedNacks < helpers; tries++) {
            int helper = node.table.randomLive(node.random, node.selfSlot());
            if (helper != MemberTable.NONE && helper != slot && !contains(asked, expectedNacks, helper)) {
                asked[expectedNacks++] = helper;
                Message request = node.message(Message.Kind.PING_REQUEST, sequence)
                        .target(target.id().nameHash(), target.id().life())
                        .budgetMillis(budgetMillis);
                node.addRumors(request);
                node.send(node.table.at(helper).address(), Effects.Channel.DATAGRAM, request);
            }
        }
        if (node.on(Rule.FALLBACK)) {
            ping(Effects.Channel.STREAM);
        }
    }

    private boolean judge() {
        if (slot == MemberTable.NONE) {
            return false;
        }
        node.counters.failedProbes++;
        if (expectedNacks == 0 || nacks < expectedNacks) {
            node.health.worse();
        }
        boolean isolated = isolation.failed();
        membership.accuse(slot, target);
        forget();
        return isolated;
    }

    /** Whether an acknowledgement, from the target or through a helper, answers the probe under way. */
    boolean onAck(Message ack) {
        boolean answers = slot != MemberTable.NONE
                && ack.sequence() == sequence
                && (ack.kind() == Message.Kind.RELAYED_ACK
                        || ack.senderLife() == target.id().life()
                        || !node.on(Rule.TARGET_CHECK));
        if (answers) {
            if (helpersAt == Long.MAX_VALUE) {
                node.counters.answeredLate++;
            }
            node.health.better();
            forget();
        }
        return answers;
    }

    void onNack(Message nack) {
        if (slot != MemberTable.NONE && nack.sequence() == sequence) {
            nacks++;
        }
    }

    void onSendFailed(NodeAddress to) {
        if (slot != MemberTable.NONE
                && helpersAt != Long.MAX_VALUE
                && target.address().equals(to)) {
            node.counters.failedSends++;
            helpersAt = node.now();
        }
    }

    private static boolean contains(int[] values, int count, int value) {
        for (int i = 0; i < count; i++) {
            if (values[i] == value) {
                return true;
            }
        }
        return false;
    }
}
