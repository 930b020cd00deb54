package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One member of a cluster: failure detection and membership by SWIM with Lifeguard's extensions, as a state machine that
 * takes inputs and the time and calls {@link Effects}. It has no thread, clock or socket of its own; the same inputs and seed
 * give the same effects.
 *
 * <p>Not thread-safe: one caller at a time. Times are nanoseconds of a clock that never goes back, of any origin, the same
 * for all calls. After each call, {@link #nextWake} says when {@link #onTimer} is wanted.
 *
 * @see <a href="https://doi.org/10.1109/DSN.2002.1028914">Das, Gupta, Motivala: SWIM, 2002</a>
 * @see <a href="https://arxiv.org/abs/1707.00788">Dadgar, Phillips, Currey: Lifeguard, 2017</a>
 */
public final class SwimNode {
    private static final int LEAVE_FANOUT = 3;
    private static final int LINGER_PERIODS = 3;

    private final NodeContext node;
    private final SharedState state;
    private final SelfDefence self;
    private final Isolation isolation;
    private final Membership membership;
    private final Prober prober;
    private final Relays relays;
    private final Synchronizer synchronizer;
    private final StateSynchronizer stateSynchronizer;
    private final Healer healer;
    private final Gossiper gossiper;
    private long wakeAt = Long.MAX_VALUE;
    private long leaveUntil = Long.MAX_VALUE;
    private boolean started;

    /**
     * @param id of this life; the uid is new for each process
     * @param address where this node is reached
     * @param seed of all its choices
     */
    public SwimNode(SwimConfig config, MemberId id, NodeAddress address, Metadata metadata, long seed) {
        MemberRecord record = new MemberRecord(id, 0, MemberState.ALIVE, address, metadata);
        this.node = new NodeContext(config, record, seed);
        this.state = new SharedState(node);
        this.self = new SelfDefence(node, state);
        this.isolation = new Isolation(node);
        this.membership = new Membership(node, self, isolation, state);
        this.prober = new Prober(node, membership, isolation);
        this.relays = new Relays(node, membership);
        this.synchronizer = new Synchronizer(node, membership, self);
        this.stateSynchronizer = new StateSynchronizer(node, state);
        this.healer = new Healer(node, membership, synchronizer, self);
        this.gossiper = new Gossiper(node);
    }

    /**
     * Starts, and joins through any of the seeds. This node may be one of them.
     *
     * @throws IllegalStateException if it was started before
     */
    public void start(long now, List<NodeAddress> seeds, Effects effects) {
        if (started) {
            throw new IllegalStateException("node must be new but was started: " + node.id());
        }
        started = true;
        node.begin(now, effects);
        prober.start();
        synchronizer.start();
        healer.start(seeds);
        node.rumors.offer(new Rumor(node.self(), 0, 0));
        runTimers();
    }

    /** Takes up members that an earlier run knew, before the start. Nothing of it is passed on. */
    void remember(List<MemberRecord> records) {
        membership.remember(records);
    }

    /**
     * Takes a message.
     *
     * @param from where it came from, which is where an answer goes
     * @param channel the way it came: by datagram, or as a question on a stream; an answer is a {@code REPLY}
     */
    public void onMessage(long now, NodeAddress from, Effects.Channel channel, Message message, Effects effects) {
        if (!started || self.isStopped()) {
            return;
        }
        node.begin(now, effects);
        noticeStall();
        switch (message.kind()) {
            case PING -> onPing(message, from);
            case ACK, RELAYED_ACK -> onAck(message, from, channel);
            case PING_REQUEST -> {
                take(message, from);
                relays.onRequest(message, from);
            }
            case NACK -> prober.onNack(message);
            case RUMORS -> {
                take(message, from);
                synchronizer.noteRootOfRumors(message.root(), from);
            }
            case SYNC, SYNC_SAME, SYNC_DIGEST, SYNC_RECORDS, SYNC_ANSWER -> {
                if (synchronizer.onMessage(message, from)) {
                    reachedSomebody();
                }
                if (message.kind() == Message.Kind.SYNC_SAME || message.kind() == Message.Kind.SYNC_ANSWER) {
                    stateSynchronizer.noteRoot(message.stateRoot(), from);
                }
            }
            case STATE_SYNC, STATE_SUMMARY, STATE_PULL, STATE_ENTRIES, STATE_PUSH, STATE_TAKEN ->
                stateSynchronizer.onMessage(message, from);
        }
        runTimers();
    }

    /** Does what is due. */
    public void onTimer(long now, Effects effects) {
        if (!started || self.isStopped()) {
            return;
        }
        node.begin(now, effects);
        noticeStall();
        runTimers();
    }

    /** A message to this address could not be sent: the network is unreachable, or the send was refused. */
    public void onSendFailed(long now, NodeAddress to, Effects effects) {
        if (!started || self.isStopped() || !node.on(Rule.SEND_ERRORS_COUNT)) {
            return;
        }
        node.begin(now, effects);
        prober.onSendFailed(to);
        updateWake();
    }

    /** Changes what this node says of itself. */
    public void update(long now, NodeAddress address, Metadata metadata, Effects effects) {
        if (!started || self.isStopped() || self.isLeaving()) {
            return;
        }
        node.begin(now, effects);
        MemberRecord own = node.self();
        self.claim(new MemberRecord(own.id(), own.incarnation() + 1, MemberState.ALIVE, address, metadata));
        updateWake();
    }

    /**
     * Says that this node leaves. It goes on answering until that has spread, at most three periods; then
     * {@link #isStopped} is true.
     */
    public void leave(long now, Effects effects) {
        if (!started || self.isStopped() || self.isLeaving()) {
            return;
        }
        node.begin(now, effects);
        self.leave();
        leaveUntil = now + LINGER_PERIODS * node.periodNanos;
        int told = LEAVE_FANOUT * (int) StrictMath.ceil(StrictMath.log10(node.n() + 1.0));
        gossiper.spread(told);
        runTimers();
    }

    /**
     * Changes what members share.
     *
     * @throws IllegalStateException if this node is not running
     */
    public void change(long now, Consumer<SharedState> change, Effects effects) {
        if (!started || self.isStopped()) {
            throw new IllegalStateException("node must be running but was not: " + node.id());
        }
        node.begin(now, effects);
        try {
            change.accept(state);
        } finally {
            updateWake();
        }
    }

    /** What members share; to be read alone. */
    public SharedState state() {
        return state;
    }

    /** When {@link #onTimer} is wanted; {@link Long#MAX_VALUE} for never. */
    public long nextWake() {
        return wakeAt;
    }

    /** Whether this node has left or lost its name; it does nothing any more. */
    public boolean isStopped() {
        return self.isStopped();
    }

    /** Whether this node has met a member, or has no seeds. */
    public boolean hasJoined() {
        return !self.isJoining();
    }

    /** What this node says of itself. */
    public MemberRecord self() {
        return node.self();
    }

    /** The claim held about a name, this node's own included; tombstones too. */
    public Optional<MemberRecord> member(String name) {
        return Optional.ofNullable(held(Hashing.of(name)));
    }

    @Nullable
    MemberRecord held(long nameHash) {
        int slot = node.table.slotOf(nameHash);
        return slot == MemberTable.NONE ? null : node.table.at(slot);
    }

    /** All claims held, this node's own included; tombstones too. In no particular order. */
    public List<MemberRecord> members() {
        List<MemberRecord> all = new ArrayList<>(node.table.slots());
        for (int slot = 0; slot < node.table.slots(); slot++) {
            MemberRecord record = node.table.record(slot);
            if (record != null) {
                all.add(record);
            }
        }
        return all;
    }

    /** Members that take part, this node included. */
    public int liveCount() {
        return node.n();
    }

    /** 64 bits that are equal for equal tables. */
    public long digest() {
        return node.table.root();
    }

    /** 0 (well) to 8. */
    public int healthScore() {
        return node.health.score();
    }

    public Counters counters() {
        return node.counters;
    }

    /** Members, tombstones, suspicions and rumors held, for tests of bounds. */
    int[] sizes() {
        return new int[] {
            node.n(), membership.tombstones().size(), membership.suspicions().size(), node.rumors.size()
        };
    }

    /** Takes up what a message carries along; {@code from} is told if it accuses this node. */
    private void take(Message message, @Nullable NodeAddress from) {
        membership.mergeAll(message, from);
        state.mergeAll(message);
    }

    private void onPing(Message ping, NodeAddress from) {
        take(ping, null);
        node.send(from, Effects.Channel.REPLY, Pings.ack(node, membership, ping));
        if (node.table.slotOf(ping.senderName()) == MemberTable.NONE) {
            synchronizer.soon();
        }
    }

    private void onAck(Message ack, NodeAddress from, Effects.Channel channel) {
        take(ack, channel == Effects.Channel.DATAGRAM ? from : null);
        if (ack.kind() == Message.Kind.ACK) {
            relays.onAck(ack);
            if (self.onAck(ack)) {
                return;
            }
        }
        boolean probed = prober.onAck(ack);
        if (probed && ack.kind() == Message.Kind.ACK && channel != Effects.Channel.STREAM) {
            synchronizer.noteRoot(ack.root(), from);
            stateSynchronizer.noteRoot(ack.stateRoot(), from);
        }
        if (healer.onAck(ack, from) || probed) {
            reachedSomebody();
        }
    }

    private void runTimers() {
        long now = node.now();
        if (now >= relays.nextAt()) {
            relays.onTimer();
        }
        if (now >= prober.nextAt() && prober.onTimer()) {
            synchronizer.soon();
            healer.trySeedsSoon();
        }
        if (now >= membership.suspicions().nextAt()) {
            judgeSuspects();
        }
        if (now >= synchronizer.nextAt()) {
            synchronizer.onTimer();
        }
        if (now >= healer.nextAt()) {
            healer.onTimer();
        }
        if (now >= self.nextAt()) {
            self.onTimer();
        }
        if (now >= gossiper.nextAt()) {
            gossiper.onTimer();
        }
        if (self.isLeaving() && (now >= leaveUntil || node.rumors.isEmpty())) {
            self.stop();
        }
        updateWake();
    }

    private void judgeSuspects() {
        Suspicions suspicions = membership.suspicions();
        long now = node.now();
        for (Suspicions.Suspicion due = suspicions.due(now); due != null; due = suspicions.due(now)) {
            if (isolation.isActive()) {
                suspicions.renew(due, now);
            } else {
                membership.declareDead(due.slot);
            }
        }
    }

    private void reachedSomebody() {
        if (isolation.reached()) {
            membership.suspicions().renewAll(node.table, node.now());
            membership.spreadSuspicions();
        }
    }

    /** What came due while this process was stopped says nothing about others. */
    private void noticeStall() {
        long late = wakeAt == Long.MAX_VALUE ? 0 : node.now() - wakeAt;
        if (late <= node.periodNanos / 2 || !node.on(Rule.STALL_CHECK)) {
            return;
        }
        node.health.worse();
        if (late > node.periodNanos) {
            node.counters.stalls++;
            prober.forget();
            relays.clear();
            membership.suspicions().renewAll(node.table, node.now());
            synchronizer.soon();
        }
    }

    private void updateWake() {
        if (self.isStopped()) {
            wakeAt = Long.MAX_VALUE;
            return;
        }
        long next = Math.min(
                Math.min(prober.nextAt(), relays.nextAt()),
                membership.suspicions().nextAt());
        next = Math.min(next, Math.min(synchronizer.nextAt(), healer.nextAt()));
        next = Math.min(next, Math.min(self.nextAt(), gossiper.nextAt()));
        wakeAt = Math.max(node.now(), Math.min(next, leaveUntil));
    }
}
