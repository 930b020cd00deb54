package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * Push-pull: two nodes compare their tables and both keep the greater claims, so what gossip has missed is found [1]. In
 * four steps, each cheap if the one before finds nothing: the root of the digest (8 bytes), the digest (256 buckets of 8
 * bytes), the claims in the buckets that differ, and the greater ones back. A joining node has nothing to compare and starts
 * with the third step.
 *
 * A push-pull that has changed anything is followed by another soon: gossip has missed something, and after a join, a split
 * or a mass restart that is much, as many rumors share the packets. A message holds claims up to a number of bytes; the rest
 * is found by that next one. After a join the next two go to the member that answered it, if it is to be had: everybody joins
 * through the same few, so they hear of all who start at the same time first.
 *
 * A joining node asks one seed for everything, and tells the others of itself: so those through whom all join know all who
 * have joined, and no table travels more than once.
 *
 * While there are more rumors than packets carry in time, packets of rumors compare tables too: a node that has heard nothing
 * new for two rounds, and sees another root than its own, has missed something of a crowd, and does not wait for a probe.
 *
 * No step leaves anything behind at the node that answers. The one that asks waits for one answer at a time; the last step's
 * answer is welcome from anybody.
 *
 * [1] Demers et al.: Epidemic algorithms for replicated database maintenance, PODC 1987
 */
final class Synchronizer {
    private static final int MAX_BYTES = 1 << 20;
    private static final double JITTER = 0.25;
    private static final int FOLLOW_UPS = 2;
    private static final double FIRST_FOLLOW_UP_PERIODS = 0.2;

    /** Rumors beyond which some will not be carried in time. */
    private static final int CROWD = 32;

    private static final int QUIET_ROUNDS = 2;

    private final NodeContext node;
    private final Membership membership;
    private final SelfDefence self;
    private long nextAt = Long.MAX_VALUE;
    private long sequence = -1;
    private long answerUntil = Long.MAX_VALUE;
    private @Nullable NodeAddress peer;
    private @Nullable NodeAddress introducer;
    private int followUps;

    Synchronizer(NodeContext node, Membership membership, SelfDefence self) {
        this.node = node;
        this.membership = membership;
        this.self = self;
    }

    void start() {
        nextAt = node.now() + (long) (node.random.nextDouble() * interval());
    }

    long nextAt() {
        return Math.min(nextAt, answerUntil);
    }

    /** Has a push-pull come within half a period. */
    void soon() {
        nextAt = Math.min(nextAt, node.now() + (long) (node.random.nextDouble() * node.periodNanos / 2));
    }

    void onTimer() {
        if (node.now() >= answerUntil) {
            node.counters.failedSyncs++;
            stopWaiting();
            soon();
        }
        if (node.now() >= nextAt) {
            if (peer != null) {
                nextAt = answerUntil;
                return;
            }
            nextAt = node.now() + node.random.jitter(interval(), JITTER);
            NodeAddress next = nextPeer();
            if (next != null && node.on(Rule.SYNC)) {
                compareWith(next);
            }
        }
    }

    private @Nullable NodeAddress nextPeer() {
        if (followUps > 0) {
            followUps--;
            return introducer;
        }
        int slot = node.table.randomLive(node.random, node.selfSlot());
        return slot == MemberTable.NONE ? null : node.table.at(slot).address();
    }

    /** Starts a push-pull unless one is under way. */
    void compareWith(NodeAddress address) {
        if (peer != null || address.equals(node.self().address())) {
            return;
        }
        send(address, node.message(Message.Kind.SYNC, expect(address)).root(node.table.root()));
    }

    /**
     * A probed member's digest: if it differs though nothing has changed here of late, one of the two has missed something. So
     * each probe compares two tables, at the price of 8 bytes.
     */
    void noteRoot(long root, NodeAddress address) {
        if (root != node.table.root() && membership.isQuiet() && node.on(Rule.COMPARE_WITH_PROBES)) {
            compareWith(address);
        }
    }

    /** As {@link #noteRoot}, of a root that came with rumors. */
    void noteRootOfRumors(long root, NodeAddress address) {
        if (root != node.table.root()
                && node.rumors.size() > CROWD
                && membership.isQuietFor(
                        QUIET_ROUNDS * node.config.spreading().interval().toNanos())
                && node.on(Rule.COMPARE_WITH_RUMORS)) {
            compareWith(address);
        }
    }

    /** Exchanges everything; several may be under way, of which the last is waited for. */
    void joinThrough(NodeAddress address) {
        Message message = node.message(Message.Kind.SYNC_RECORDS, expect(address));
        addClaims(message, everything(), node.table.slots());
        send(address, message);
    }

    /** Tells a member of this node, and asks it what it holds of this node's name; the answer is not waited for. */
    void introduceTo(NodeAddress address) {
        boolean[] ownName = new boolean[Message.BUCKETS];
        ownName[MemberTable.bucketOf(node.self())] = true;
        Message message = node.message(Message.Kind.SYNC_RECORDS, node.newSequence());
        addClaims(message, ownName, node.table.slots());
        send(address, message);
    }

    /** Handles a message of a push-pull. Whether it was an answer that this node waited for. */
    boolean onMessage(Message message, NodeAddress from) {
        switch (message.kind()) {
            case SYNC -> answerRoot(message, from);
            case SYNC_RECORDS -> answerClaims(message, from);
            case SYNC_SAME, SYNC_DIGEST, SYNC_ANSWER -> {
                return onAnswer(message, from);
            }
            default -> throw new IllegalArgumentException("kind must be of a push-pull but was " + message.kind());
        }
        return false;
    }

    private boolean onAnswer(Message message, NodeAddress from) {
        NodeAddress asked = peer;
        boolean expected = asked != null && message.sequence() == sequence;
        if (expected) {
            stopWaiting();
            node.counters.syncs++;
        }
        if (message.kind() == Message.Kind.SYNC_ANSWER) {
            boolean joins = self.isJoining();
            take(message, from);
            if (joins) {
                followUp(from);
            }
            return true;
        }
        if (expected && asked != null && message.kind() == Message.Kind.SYNC_DIGEST) {
            askForDifferences(message.buckets(), asked);
        }
        return expected;
    }

    /** By then whoever has started at the same time has joined too. A seed that has not answered is waited for no longer. */
    private void followUp(NodeAddress member) {
        stopWaiting();
        introducer = member;
        followUps = FOLLOW_UPS;
        double periods = FIRST_FOLLOW_UP_PERIODS * (1 + node.random.nextDouble());
        nextAt = node.now() + (long) (periods * node.periodNanos);
    }

    private void answerRoot(Message question, NodeAddress from) {
        boolean same = question.root() == node.table.root();
        Message answer = node.message(same ? Message.Kind.SYNC_SAME : Message.Kind.SYNC_DIGEST, question.sequence());
        if (!same) {
            answer.buckets(node.table.buckets());
        }
        node.send(from, Effects.Channel.REPLY, answer);
    }

    private void askForDifferences(long[] theirs, NodeAddress address) {
        if (theirs.length != Message.BUCKETS) {
            return;
        }
        boolean[] differing = new boolean[Message.BUCKETS];
        boolean any = false;
        for (int bucket = 0; bucket < Message.BUCKETS; bucket++) {
            differing[bucket] = theirs[bucket] != node.table.buckets()[bucket];
            any |= differing[bucket];
        }
        if (any) {
            Message message = node.message(Message.Kind.SYNC_RECORDS, expect(address));
            addClaims(message, differing, node.table.slots());
            send(address, message);
        }
    }

    /** What is greater here than in the question is looked up before the question's claims are taken. */
    private void answerClaims(Message question, NodeAddress from) {
        Map<Long, MemberRecord> theirs = new HashMap<>();
        for (int i = 0; i < question.rumorCount(); i++) {
            MemberRecord record = question.rumor(i).record();
            theirs.put(record.id().nameHash(), record);
        }
        List<Rumor> greater = new ArrayList<>();
        int bytes = 0;
        for (int slot = 0; slot < node.table.slots() && bytes < MAX_BYTES; slot++) {
            MemberRecord mine = node.table.record(slot);
            if (mine != null && !node.table.isHidden(slot) && question.wants(MemberTable.bucketOf(mine))) {
                MemberRecord other = theirs.get(mine.id().nameHash());
                if (other == null || !other.id().name().equals(mine.id().name()) || mine.compareTo(other) > 0) {
                    greater.add(membership.rumorOf(slot));
                    bytes += mine.maxEncodedSize();
                }
            }
        }
        take(question, from);
        Message answer = node.message(Message.Kind.SYNC_ANSWER, question.sequence());
        answer.wantNone();
        greater.forEach(answer::add);
        node.send(from, Effects.Channel.REPLY, answer);
    }

    private void take(Message message, NodeAddress from) {
        long before = membership.changes();
        membership.mergeAll(message, message.kind() == Message.Kind.SYNC_ANSWER ? from : null);
        if (membership.changes() != before) {
            soon();
        }
        self.joined();
    }

    private void addClaims(Message message, boolean[] wanted, int slots) {
        message.wantNone();
        for (int bucket = 0; bucket < Message.BUCKETS; bucket++) {
            if (wanted[bucket]) {
                message.want(bucket);
            }
        }
        for (int slot = 0; slot < slots && message.maxEncodedSize() < MAX_BYTES; slot++) {
            MemberRecord record = node.table.record(slot);
            if (record != null && !node.table.isHidden(slot) && wanted[MemberTable.bucketOf(record)]) {
                message.add(membership.rumorOf(slot));
            }
        }
    }

    private static boolean[] everything() {
        boolean[] all = new boolean[Message.BUCKETS];
        java.util.Arrays.fill(all, true);
        return all;
    }

    private long expect(NodeAddress address) {
        peer = address;
        sequence = node.newSequence();
        answerUntil = node.now() + 2 * node.periodNanos;
        return sequence;
    }

    private void stopWaiting() {
        peer = null;
        answerUntil = Long.MAX_VALUE;
    }

    private void send(NodeAddress to, Message message) {
        node.send(to, Effects.Channel.STREAM, message);
    }

    private long interval() {
        return Timing.syncIntervalNanos(node.config.repair(), node.n());
    }
}
