package io.muster.gossip.protocol;

import java.util.List;

/*
 * Looks for those who are gone: nobody else would ever try an address that everybody holds for dead. Each heal interval a
 * node tries one dead member with the probability dead / alive, so the cluster makes about one attempt per dead member and
 * interval, whatever its size. Every other attempt is by stream. A dead member that answers hears of its death with the ping,
 * refutes it, and both compare their tables, so the two halves of a split find together through the first pair that meets.
 *
 * Seeds that nobody has as a member are tried too, for ever, with a growing interval: that brings a fleet together after a
 * start in parts or an outage of everything. Until this node has joined, seeds are all it knows and are tried often.
 */
final class Healer {
    private static final int SEEDS_AT_ONCE = 3;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long LONGEST_SEED_PAUSE = 60 * NANOS_PER_SECOND;
    private static final long LONGEST_JOIN_PAUSE = 5 * NANOS_PER_SECOND;

    private final NodeContext node;
    private final Membership membership;
    private final Synchronizer synchronizer;
    private final SelfDefence self;
    private final long intervalNanos;
    private final long deadRetryNanos;
    private List<NodeAddress> seeds = List.of();
    private long nextHealAt;
    private long nextSeedsAt = Long.MAX_VALUE;
    private long seedPause;
    private long question = -1;
    private int attempts;
    private int nextSeed;

    Healer(NodeContext node, Membership membership, Synchronizer synchronizer, SelfDefence self) {
        this.node = node;
        this.membership = membership;
        this.synchronizer = synchronizer;
        this.self = self;
        this.intervalNanos = node.config.repair().healInterval().toNanos();
        this.deadRetryNanos = node.config.repair().deadRetry().toNanos();
    }

    void start(List<NodeAddress> allSeeds) {
        NodeAddress own = node.self().address();
        seeds = allSeeds.stream().filter(seed -> !seed.equals(own)).toList();
        nextHealAt = node.now() + (long) (node.random.nextDouble() * intervalNanos);
        seedPause = node.periodNanos / 16;
        if (seeds.isEmpty()) {
            self.joined();
        } else {
            nextSeed = node.random.nextInt(seeds.size());
            nextSeedsAt = node.now();
        }
    }

    long nextAt() {
        return Math.min(nextHealAt, nextSeedsAt);
    }

    void onTimer() {
        if (node.now() >= nextSeedsAt) {
            trySeeds();
        }
        if (node.now() >= nextHealAt) {
            nextHealAt = node.now() + intervalNanos;
            membership.sweep();
            if (node.on(Rule.HEALING)) {
                tryDead();
            }
        }
    }

    /** Tries absent seeds now: this node seems to be cut off. */
    void trySeedsSoon() {
        if (!seeds.isEmpty()) {
            seedPause = node.periodNanos;
            nextSeedsAt = Math.min(nextSeedsAt, node.now() + seedPause);
        }
    }

    /** Whether a dead member has answered. */
    boolean onAck(Message ack, NodeAddress from) {
        if (ack.sequence() != question) {
            return false;
        }
        question = -1;
        synchronizer.compareWith(from);
        return true;
    }

    private void trySeeds() {
        boolean alone = self.isJoining() || node.n() == 1;
        int tried = alone ? joinThroughSeeds() : tryAbsentSeeds();
        boolean together = tried == 0;
        long longest = alone ? LONGEST_JOIN_PAUSE : LONGEST_SEED_PAUSE;
        seedPause = together ? LONGEST_SEED_PAUSE : Math.min(longest, seedPause * 2);
        nextSeedsAt = node.now() + node.random.jitter(seedPause, 0.25);
    }

    /** One is asked for everything, another one the next time; the others are told. */
    private int joinThroughSeeds() {
        int tried = Math.min(seeds.size(), SEEDS_AT_ONCE);
        for (int i = 1; i < tried; i++) {
            synchronizer.introduceTo(seeds.get((nextSeed + i) % seeds.size()));
        }
        synchronizer.joinThrough(seeds.get(nextSeed));
        nextSeed = (nextSeed + 1) % seeds.size();
        return tried;
    }

    private int tryAbsentSeeds() {
        int tried = 0;
        for (int i = 0; i < seeds.size() && tried < SEEDS_AT_ONCE; i++) {
            NodeAddress seed = seeds.get(nextSeed);
            nextSeed = (nextSeed + 1) % seeds.size();
            if (!isMember(seed)) {
                tried++;
                synchronizer.joinThrough(seed);
            }
        }
        return tried;
    }

    private boolean isMember(NodeAddress seed) {
        for (int slot = 0; slot < node.table.slots(); slot++) {
            MemberRecord record = node.table.record(slot);
            if (record != null && record.isLive() && record.address().equals(seed)) {
                return true;
            }
        }
        return false;
    }

    private void tryDead() {
        int dead = node.table.tombstoneCount();
        if (dead == 0 || node.random.nextDouble() * node.n() >= dead) {
            return;
        }
        int slot = membership.tombstones().pickDead(node.random, node.table, node.now(), deadRetryNanos);
        if (slot == MemberTable.NONE) {
            return;
        }
        NodeAddress address = node.table.at(slot).address();
        if (attempts++ % 2 == 0) {
            question = node.newSequence();
            Message ping = Pings.ping(node, membership, slot, question);
            node.send(address, Effects.Channel.DATAGRAM, ping);
        } else {
            synchronizer.compareWith(address);
        }
    }
}
