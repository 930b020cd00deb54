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
 * is found by that next one.
 *
 * No step leaves anything behind at the node that answers. The one that asks waits for one answer at a time; the last step's
 * answer is welcome from anybody.
 *
 * [1] Demers et al.: Epidemic algorithms for replicated database maintenance, PODC 1987
 */
final class Synchronizer {
    private static final int MAX_BYTES = 1 << 20;
    private static final double JITTER = 0.25;

    private final NodeContext node;
    private final Membership membership;
    private final SelfDefence self;
    private long nextAt = Long.MAX_VALUE;
    private long sequence = -1;
    private long answerUntil = Long.MAX_VALUE;
    private @Nullable NodeAddress peer;

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
            int slot = node.table.randomLive(node.random, node.selfSlot());
            if (slot != MemberTable.NONE && node.on(Rule.SYNC)) {
                compareWith(node.table.at(slot).address());
            }
        }
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

    /** Exchanges everything; several may be under way, of which the last is waited for. */
    void joinThrough(NodeAddress address) {
        Message message = node.message(Message.Kind.SYNC_RECORDS, expect(address));
        addClaims(message, everything(), node.table.slots());
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
            take(message, from);
            return true;
        }
        if (expected && asked != null && message.kind() == Message.Kind.SYNC_DIGEST) {
            askForDifferences(message.buckets(), asked);
        }
        return expected;
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
