package io.muster.gossip.protocol;

import org.jspecify.annotations.Nullable;

/*
 * What others say of this node.
 *
 * - A suspicion or death of this life is answered with a higher incarnation, to whoever said it and to everybody.
 * - An earlier life of the name is history, or a node that uses the name too and will hear of this one.
 * - A later life of the name: this process has restarted without memory, or two nodes have one name. While joining, or when
 *   the other is a tombstone or had this node's address, it is taken for history, and this node takes an epoch above it.
 *   Otherwise the other is asked. If it answers, this node has lost its name and stops; if not, it takes a higher epoch.
 *   Both sides judge by the same order of lives, so exactly one gives way.
 */
final class SelfDefence {
    private static final int QUESTION_PERIODS = 2;

    private final NodeContext node;
    private final SharedState state;
    private boolean joining = true;
    private boolean leaving;
    private boolean stopped;
    private @Nullable MemberRecord rival;
    private long rivalQuestion;
    private long rivalDeadline = Long.MAX_VALUE;

    SelfDefence(NodeContext node, SharedState state) {
        this.node = node;
        this.state = state;
    }

    void joined() {
        joining = false;
    }

    boolean isJoining() {
        return joining;
    }

    boolean isStopped() {
        return stopped;
    }

    boolean isLeaving() {
        return leaving;
    }

    void stop() {
        stopped = true;
    }

    /** Whether this node's own claim has changed. */
    boolean hear(MemberRecord in, @Nullable NodeAddress from) {
        if (leaving || stopped || !in.id().name().equals(node.id().name())) {
            return false;
        }
        MemberRecord own = node.self();
        if (!in.id().equals(own.id())) {
            return hearOfOtherLife(in, own);
        }
        if (in.state() == MemberState.LEFT) {
            takeEpochAbove(in.id().epoch());
            return true;
        }
        if (in.compareTo(own) <= 0) {
            repeatAnswer(in, own, from);
            return false;
        }
        if (node.on(Rule.CLAMP) && in.incarnation() - own.incarnation() >= 1L << 32) {
            node.counters.refusedClaims++;
            return false;
        }
        refute(in.incarnation());
        tell(from);
        return true;
    }

    /** Somebody has not heard the answer to an accusation; perhaps nobody has, as all packets with it were lost. */
    private void repeatAnswer(MemberRecord in, MemberRecord own, @Nullable NodeAddress from) {
        if (in.state() != MemberState.ALIVE && node.on(Rule.REPEAT_ANSWER)) {
            if (!node.rumors.holds(own.id().name())) {
                node.rumors.offer(new Rumor(own, 0, 0));
            }
            tell(from);
        }
    }

    /** Raises the incarnation above one that was heard. */
    private void refute(long incarnation) {
        node.counters.refutations++;
        node.health.worse();
        MemberRecord own = node.self();
        if (incarnation >= MemberRecord.MAX_INCARNATION) {
            takeEpochAbove(own.id().epoch());
            return;
        }
        claim(new MemberRecord(own.id(), incarnation + 1, MemberState.ALIVE, own.address(), own.metadata()));
    }

    /** Changes what this node says of itself, and spreads it. */
    void claim(MemberRecord record) {
        MemberId former = node.id();
        node.self(record);
        if (!former.equals(record.id())) {
            state.lifeChanged(former);
        }
        node.rumors.offer(new Rumor(record, 0, 0));
    }

    void leave() {
        leaving = true;
        claim(node.self().as(MemberState.LEFT));
    }

    private boolean hearOfOtherLife(MemberRecord in, MemberRecord own) {
        if (in.id().compareLives(own.id()) < 0) {
            return false;
        }
        if (node.on(Rule.CLAMP) && in.id().epoch() - own.id().epoch() >= 1L << 32) {
            node.counters.refusedClaims++;
            return false;
        }
        if (joining || !in.isLive() || in.address().equals(own.address())) {
            takeEpochAbove(in.id().epoch());
            return true;
        }
        if (rival == null) {
            rival = in;
            rivalQuestion = node.newSequence();
            rivalDeadline = node.now() + QUESTION_PERIODS * node.periodNanos;
            ask(in, Effects.Channel.DATAGRAM);
            ask(in, Effects.Channel.STREAM);
        }
        return false;
    }

    private void ask(MemberRecord other, Effects.Channel channel) {
        Message ping = node.message(Message.Kind.PING, rivalQuestion)
                .target(other.id().nameHash(), other.id().life());
        node.send(other.address(), channel, ping);
    }

    /** Whether this acknowledgement came from a rival, to whom this node has then given way. */
    boolean onAck(Message ack) {
        MemberRecord other = rival;
        if (other == null
                || ack.sequence() != rivalQuestion
                || ack.senderLife() != other.id().life()) {
            return false;
        }
        stopped = true;
        node.emit(MemberEvent.Kind.CONFLICT, other);
        return true;
    }

    long nextAt() {
        return rivalDeadline;
    }

    void onTimer() {
        MemberRecord other = rival;
        rival = null;
        rivalDeadline = Long.MAX_VALUE;
        if (other != null && other.id().compareLives(node.id()) > 0) {
            takeEpochAbove(other.id().epoch());
        }
    }

    private void takeEpochAbove(long epoch) {
        if (epoch >= MemberId.MAX_EPOCH) {
            node.counters.refusedClaims++;
            return;
        }
        MemberRecord own = node.self();
        claim(new MemberRecord(own.id().withEpoch(epoch + 1), 0, MemberState.ALIVE, own.address(), own.metadata()));
    }

    private void tell(@Nullable NodeAddress from) {
        if (from != null) {
            Message message = node.rumorsMessage();
            message.add(new Rumor(node.self(), 0, 0));
            node.send(from, Effects.Channel.DATAGRAM, message);
        }
    }
}
