package io.muster.gossip.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Every claim goes through merge(), whatever brought it: a rumor, a push-pull, this node's own probe or timer. The greatest
 * claim by MemberRecord's order is kept and passed on; what does not change the table is not passed on. Three things follow
 * from a claim beside that:
 *
 * - A death that is heard of a member that has not been suspected here for half the shortest time is not yet believed: it
 *   starts a suspicion. In a crash everybody has heard the suspicion long before the death, so that delays nothing; after a
 *   partition it gives the living time to answer what the other side says of them.
 * - A claim that is out of date is answered with what is known, sent to the member itself, which alone can put it right.
 *   Without that a node that restarts into an accusation of its former life never learns of it.
 * - A claim that leaps is refused: nobody's incarnation rises by 2^32 between two messages.
 */
final class Membership {
    private static final long LEAP = 1L << 32;
    private static final int TOMBSTONES_PER_MEMBER = 4;
    private static final int LEAST_TOMBSTONES = 1024;
    private static final long FORGET_WITHOUT_RULE_NANOS = 30_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final int MOST_MEMBERS = 16_384;
    private static final int CORRECTIONS_PER_PERIOD = 10;

    /** So many claims at once come by push-pull, and go on by push-pull: each is passed on in one round only. */
    private static final int BULK = 32;

    private final NodeContext node;
    private final Suspicions suspicions = new Suspicions();
    private final Tombstones tombstones = new Tombstones();
    private final ProbeRing ring;
    private final SelfDefence self;
    private final Isolation isolation;
    private final SharedState state;
    private final long tombstoneTtlNanos;
    private boolean bulk;
    private int mostMembers;
    private long changes;
    private long lastChangeAt = Long.MIN_VALUE;
    private long correctionsSince = Long.MIN_VALUE;
    private int corrections;

    Membership(NodeContext node, SelfDefence self, Isolation isolation, SharedState state) {
        this.node = node;
        this.self = self;
        this.isolation = isolation;
        this.state = state;
        this.ring = new ProbeRing(node.random);
        this.tombstoneTtlNanos =
                node.on(Rule.TOMBSTONES) ? node.config.repair().tombstoneTtl().toNanos() : FORGET_WITHOUT_RULE_NANOS;
    }

    Suspicions suspicions() {
        return suspicions;
    }

    Tombstones tombstones() {
        return tombstones;
    }

    /** How often the table has changed. */
    long changes() {
        return changes;
    }

    /** Whether nothing has changed for one period. */
    boolean isQuiet() {
        return isQuietFor(node.periodNanos);
    }

    /** Whether nothing has changed for so long. */
    boolean isQuietFor(long nanos) {
        return lastChangeAt == Long.MIN_VALUE || node.now() - lastChangeAt >= nanos;
    }

    int nextToProbe() {
        return ring.next(node.table, node.selfSlot());
    }

    /** Takes up claims silently, before the start. */
    void remember(List<MemberRecord> records) {
        node.table.reserve(records.size() + 1);
        for (MemberRecord record : records) {
            if (record.isLive() && node.table.slotOf(record.id().nameHash()) == MemberTable.NONE) {
                ring.add(node.table.insert(record));
            }
        }
    }

    /** Takes up all claims of a message; {@code from} is told if it accuses this node. */
    void mergeAll(Message message, @Nullable NodeAddress from) {
        bulk = message.rumorCount() >= BULK;
        for (int i = 0; i < message.rumorCount(); i++) {
            merge(message.rumor(i), from);
        }
        bulk = false;
    }

    void merge(Rumor rumor, @Nullable NodeAddress from) {
        MemberRecord in = rumor.record();
        if (in.id().nameHash() == node.id().nameHash()) {
            if (self.hear(in, from)) {
                changes++;
            }
            return;
        }
        int slot = node.table.slotOf(in.id().nameHash());
        MemberRecord mine = slot == MemberTable.NONE ? null : node.table.at(slot);
        if (!isPlausible(in, mine)) {
            node.counters.refusedClaims++;
            return;
        }
        if (mine == null) {
            insert(rumor);
            return;
        }
        int order = compare(in, mine);
        if (order > 0 && isPremature(slot, mine, in)) {
            boolean tellsMore = mine.state() == MemberState.ALIVE || in.incarnation() > mine.incarnation();
            if (tellsMore) {
                replace(slot, mine, downgraded(mine, rumor));
            }
        } else if (order > 0) {
            replace(slot, mine, rumor);
        } else if (order == 0 && in.state() == MemberState.SUSPECT) {
            confirm(slot, rumor);
        } else if (order < 0) {
            correct(mine, in);
        }
    }

    /** This node's own probe has failed. */
    void accuse(int slot, MemberRecord probed) {
        MemberRecord mine = node.table.record(slot);
        if (mine == null || !mine.id().equals(probed.id()) || !mine.isLive()) {
            return;
        }
        Rumor rumor = new Rumor(mine.as(MemberState.SUSPECT), node.id().life(), 0);
        if (mine.state() == MemberState.SUSPECT) {
            confirm(slot, rumor);
        } else {
            replace(slot, mine, rumor);
        }
    }

    void declareDead(int slot) {
        MemberRecord mine = node.table.at(slot);
        replace(slot, mine, new Rumor(mine.as(MemberState.DEAD), 0, 0));
    }

    /** The claim held of a slot, as it is passed on. */
    Rumor rumorOf(int slot) {
        MemberRecord record = node.table.at(slot);
        if (record.isLive()) {
            Suspicions.Suspicion suspicion = suspicions.of(slot);
            long accuser = suspicion == null || suspicion.accusers.isEmpty() ? 0 : suspicion.accusers.get(0);
            return new Rumor(record, accuser, 0);
        }
        Tombstones.Tombstone tombstone = tombstones.of(slot);
        long age = tombstone == null ? 0 : Math.max(0, node.now() - tombstone.since) / NANOS_PER_MILLI;
        return new Rumor(record, 0, Math.min(age, Rumor.MAX_AGE_MILLIS));
    }

    /** Passes all suspicions on that were held back. */
    void spreadSuspicions() {
        for (int slot = 0; slot < node.table.slots(); slot++) {
            if (suspicions.of(slot) != null) {
                node.rumors.offer(rumorOf(slot));
            }
        }
    }

    /** Forgets tombstones that are old or too many, and stops passing on those in their second half of life. */
    void sweep() {
        long now = node.now();
        boolean any = tombstones.size() > 0;
        if (node.on(Rule.TOMBSTONES_AGE)) {
            tombstones.hideOlderThan(now, tombstoneTtlNanos / 2, node.table);
        }
        for (int slot = tombstones.olderThan(now, tombstoneTtlNanos); slot != MemberTable.NONE; ) {
            forget(slot);
            slot = tombstones.olderThan(now, tombstoneTtlNanos);
        }
        if (any) {
            state.sweep();
        }
    }

    private void insert(Rumor rumor) {
        MemberRecord in = rumor.record();
        if (node.n() >= MOST_MEMBERS) {
            node.counters.refusedClaims++;
            return;
        }
        if (in.isLive()) {
            if (in.state() == MemberState.SUSPECT && !node.on(Rule.PLACEHOLDER)) {
                return;
            }
        } else if (!node.on(Rule.PLACEHOLDER)
                || (node.on(Rule.TOMBSTONES_AGE) && rumor.ageMillis() >= tombstoneTtlNanos / 2 / NANOS_PER_MILLI)) {
            return;
        }
        int slot = node.table.insert(in);
        settle(slot, rumor);
        if (in.isLive()) {
            node.emit(MemberEvent.Kind.UP, in);
            if (in.state() == MemberState.SUSPECT) {
                node.emit(MemberEvent.Kind.SUSPECTED, in);
            }
        }
        boundTombstones();
    }

    private void replace(int slot, MemberRecord mine, Rumor rumor) {
        node.table.replace(slot, rumor.record());
        settle(slot, rumor);
        tell(mine, rumor.record());
        boundTombstones();
    }

    /** What follows from a new claim in a slot, but for events. */
    private void settle(int slot, Rumor rumor) {
        changes++;
        lastChangeAt = node.now();
        MemberRecord record = rumor.record();
        state.memberChanged(record);
        suspicions.cancel(slot);
        if (record.isLive()) {
            tombstones.remove(slot);
            ring.add(slot);
            if (record.state() == MemberState.SUSPECT) {
                suspect(slot, rumor.accuser());
            }
        } else {
            tombstones.add(slot, node.now() - rumor.ageMillis() * NANOS_PER_MILLI);
        }
        boolean heldBack = record.state() == MemberState.SUSPECT
                && rumor.accuser() == node.id().life()
                && isolation.isActive();
        if (heldBack) {
            return;
        }
        boolean once = bulk && record.state() != MemberState.SUSPECT;
        node.rumors.offer(
                rumor,
                once
                        ? Math.max(
                                0,
                                node.transmitLimit() - node.config.spreading().fanout())
                        : 0);
    }

    private void suspect(int slot, long accuser) {
        int n = node.n();
        long min = Timing.suspicionMinNanos(node.config, n);
        boolean own = accuser == node.id().life();
        if (own) {
            min *= node.health.factor();
        }
        boolean dynamic = node.config.lifeguard().dynamicTimeout() && accuser != 0;
        long max = dynamic ? min * node.config.suspicion().beta() : min;
        suspicions.start(slot, accuser, node.now(), min, max, dynamic ? Timing.confirmationsNeeded(node.config, n) : 0);
    }

    private void confirm(int slot, Rumor rumor) {
        if (suspicions.confirm(slot, rumor.accuser()) && !isolation.isActive()) {
            node.rumors.offer(rumor);
        }
    }

    /** Whether a death that is heard comes too early here: this node has not suspected the member for long. */
    private boolean isPremature(int slot, MemberRecord mine, MemberRecord in) {
        if (!node.on(Rule.SUSPECT_FIRST)
                || in.state() != MemberState.DEAD
                || !mine.isLive()
                || !mine.id().equals(in.id())) {
            return false;
        }
        Suspicions.Suspicion suspicion = suspicions.of(slot);
        return suspicion == null
                || in.incarnation() > mine.incarnation()
                || node.now() - suspicion.startedAt < suspicion.min / 2;
    }

    private static Rumor downgraded(MemberRecord mine, Rumor rumor) {
        MemberRecord in = rumor.record();
        MemberRecord suspect =
                new MemberRecord(in.id(), in.incarnation(), MemberState.SUSPECT, mine.address(), mine.metadata());
        return new Rumor(suspect, 0, 0);
    }

    /** Tells a member what is held against it, if what it, or somebody for it, says is out of date. */
    private void correct(MemberRecord mine, MemberRecord in) {
        boolean outOfDate = in.state() == MemberState.ALIVE
                && (mine.state() != MemberState.ALIVE || !mine.id().equals(in.id()));
        if (!outOfDate || !node.on(Rule.TELL_THE_STALE) || !mayCorrect()) {
            return;
        }
        int slot = node.table.slotOf(mine.id().nameHash());
        Message message = node.rumorsMessage();
        message.add(rumorOf(slot));
        node.send(in.address(), Effects.Channel.DATAGRAM, message);
    }

    private boolean mayCorrect() {
        if (node.now() - correctionsSince >= node.periodNanos || correctionsSince == Long.MIN_VALUE) {
            correctionsSince = node.now();
            corrections = 0;
        }
        return corrections++ < CORRECTIONS_PER_PERIOD;
    }

    private int compare(MemberRecord in, MemberRecord mine) {
        if (in.id().equals(mine.id())) {
            if (!node.on(Rule.LEAVING_IS_FINAL)
                    && mine.state() == MemberState.LEFT
                    && in.incarnation() > mine.incarnation()) {
                return 1;
            }
            if (!node.on(Rule.MONOTONE_INCARNATION)
                    && mine.state() == MemberState.DEAD
                    && in.state() == MemberState.DEAD) {
                return 0;
            }
        }
        return in.compareTo(mine);
    }

    private boolean isPlausible(MemberRecord in, @Nullable MemberRecord mine) {
        if (!node.on(Rule.CLAMP)) {
            return true;
        }
        if (mine == null) {
            return in.incarnation() < LEAP && in.id().epoch() < LEAP;
        }
        if (!mine.id().name().equals(in.id().name())) {
            return false;
        }
        if (mine.id().equals(in.id())) {
            return in.incarnation() - mine.incarnation() < LEAP;
        }
        return in.id().epoch() - mine.id().epoch() < LEAP && in.incarnation() < LEAP;
    }

    private void tell(MemberRecord mine, MemberRecord in) {
        if (!mine.isLive()) {
            if (in.isLive()) {
                node.emit(MemberEvent.Kind.UP, in);
            }
        } else if (!in.isLive()) {
            node.emit(in.state() == MemberState.LEFT ? MemberEvent.Kind.GONE : MemberEvent.Kind.DOWN, in);
            return;
        } else if (!mine.id().equals(in.id())) {
            node.emit(MemberEvent.Kind.REPLACED, in);
        } else if (!mine.address().equals(in.address()) || !mine.metadata().equals(in.metadata())) {
            node.emit(MemberEvent.Kind.UPDATED, in);
        }
        boolean wasSuspect = mine.state() == MemberState.SUSPECT && mine.id().equals(in.id());
        if (in.state() == MemberState.SUSPECT && !wasSuspect) {
            node.emit(MemberEvent.Kind.SUSPECTED, in);
        } else if (in.state() == MemberState.ALIVE && wasSuspect) {
            node.emit(MemberEvent.Kind.CLEARED, in);
        }
    }

    private void boundTombstones() {
        mostMembers = Math.max(mostMembers, node.n());
        int most = Math.max(LEAST_TOMBSTONES, TOMBSTONES_PER_MEMBER * mostMembers);
        while (tombstones.size() > most) {
            forget(tombstones.leastNeeded(node.table));
        }
    }

    private void forget(int slot) {
        node.rumors.remove(node.table.at(slot).id().name());
        tombstones.remove(slot);
        node.table.remove(slot);
    }
}
