package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Rumor;
import io.muster.gossip.protocol.SwimNode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * What must hold at every moment of every run:
 *   S2  the claim that a node holds about a name never becomes smaller while it is held
 *   S4  nobody says of a member a higher incarnation than the member itself has taken
 *   S6  a datagram keeps to the packet's size
 *   S7  what a node holds is bounded by the number of names
 *   S9  per name, events read UP ... DOWN or GONE, UP ...
 */
final class Invariants {
    /** 64 keys and a floor, 32 counters of 8 lives. */
    private static final int ENTRIES_OF_A_NAME = 65 + 32 * 8;

    static final @Nullable MemberRecord[] NOTHING = new MemberRecord[0];
    static final MemberState[] STATES = MemberState.values();

    private final Watch watch;
    private final Map<MemberId, Long> incarnations = new HashMap<>();
    private boolean poisoned;

    Invariants(Watch watch) {
        this.watch = watch;
    }

    /** Somebody has put claims into the network that no member made. */
    void poison() {
        poisoned = true;
    }

    @Nullable
    MemberRecord[] before(SwimNode node, Message message) {
        MemberRecord[] held = new MemberRecord[message.rumors().size()];
        for (int i = 0; i < held.length; i++) {
            held[i] = Internals.held(node, message.rumors().get(i).record().id().nameHash());
        }
        return held;
    }

    void after(int index, SwimNode node, Message message, @Nullable MemberRecord[] before) {
        for (int i = 0; i < before.length; i++) {
            MemberRecord old = before[i];
            if (old != null) {
                MemberRecord now = Internals.held(node, old.id().nameHash());
                if (now != null && now.compareTo(old) < 0) {
                    throw watch.violation(
                            "S2",
                            "node " + index + " held " + old + " and now " + now,
                            old.id().name());
                }
            }
        }
    }

    void noteSelf(SimulatedNode node) {
        MemberRecord self = node.core.self();
        if (!self.equals(node.noted)) {
            node.noted = self;
            incarnations.merge(self.id(), self.incarnation(), Math::max);
        }
    }

    void sent(int index, Effects.Channel channel, Message message, int packetBytes) {
        if (channel == Effects.Channel.DATAGRAM && message.maxEncodedSize() > packetBytes) {
            throw watch.violation("S6", "node " + index + " sent " + message.maxEncodedSize() + " bytes", "");
        }
        if (poisoned) {
            return;
        }
        for (Rumor rumor : message.rumors()) {
            MemberRecord record = rumor.record();
            Long own = incarnations.get(record.id());
            if (own == null || record.incarnation() > own) {
                throw watch.violation(
                        "S4",
                        "node " + index + " says " + record + " but its member has taken " + own,
                        record.id().name());
            }
        }
    }

    void sizes(int index, SwimNode node, int names) {
        int[] sizes = Internals.sizes(node);
        int members = sizes[0];
        int tombstones = sizes[1];
        int entries = Internals.stateEntries(node);
        int most = (members + tombstones) * ENTRIES_OF_A_NAME + 512;
        if (entries > most) {
            throw watch.violation("S7", "node " + index + " holds " + entries + " entries", "");
        }
        if (members > names || tombstones > Math.max(1024, 4 * names) || sizes[2] > names || sizes[3] > names) {
            throw watch.violation(
                    "S7",
                    "node " + index + " holds members, tombstones, suspicions, rumors "
                            + java.util.Arrays.toString(sizes) + " for " + names + " names",
                    "");
        }
    }

    /** Follows the events of one node about one name; {@code up} is what it said last. */
    static boolean isLegal(@Nullable MemberState held, MemberEvent event) {
        boolean up = held != null && held.isLive();
        return switch (event.kind()) {
            case UP -> !up;
            case SUSPECTED -> held == MemberState.ALIVE;
            case CLEARED -> held == MemberState.SUSPECT;
            case UPDATED, REPLACED, DOWN, GONE -> up;
            case CONFLICT -> true;
        };
    }

    /** What a name is after an event. */
    static MemberState next(@Nullable MemberState held, MemberEvent event) {
        return switch (event.kind()) {
            case UP, REPLACED, CLEARED -> MemberState.ALIVE;
            case SUSPECTED -> MemberState.SUSPECT;
            case DOWN -> MemberState.DEAD;
            case GONE -> MemberState.LEFT;
            case UPDATED, CONFLICT -> held == null ? MemberState.ALIVE : held;
        };
    }
}
