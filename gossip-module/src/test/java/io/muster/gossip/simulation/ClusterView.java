package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SharedState;
import io.muster.gossip.protocol.SwimNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** What can be asked of a cluster without changing it. */
abstract class ClusterView {
    private static final int PORT = 7072;

    final List<SimulatedNode> nodes = new ArrayList<>();
    final Traffic traffic = new Traffic();
    int notYetStarted;

    abstract Watch watch();

    /** Whether all running nodes have the same table, with each other as members and nobody else. */
    public boolean allSeeAll() {
        SimulatedNode first = null;
        int running = runningCount();
        if (notYetStarted > 0) {
            return false;
        }
        for (SimulatedNode node : nodes) {
            if (isUp(node)) {
                first = first == null ? node : first;
                if (node.core.digest() != first.core.digest() || node.core.liveCount() != running) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether all running nodes hold the same of what members share. */
    public boolean allShare() {
        SimulatedNode first = null;
        for (SimulatedNode node : nodes) {
            if (isUp(node)) {
                first = first == null ? node : first;
                if (node.core.state().digest() != first.core.state().digest()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether something is true of what each running node sees. */
    public boolean allHave(Predicate<SharedState> what) {
        for (SimulatedNode node : nodes) {
            if (isUp(node) && !what.test(node.core.state())) {
                return false;
            }
        }
        return true;
    }

    /** Whether all running nodes hold a node in a state. */
    public boolean everybodyHolds(int index, MemberState state) {
        for (SimulatedNode node : nodes) {
            if (isUp(node) && node.index != index && stateAt(node.index, index) != state) {
                return false;
            }
        }
        return true;
    }

    /** Whether all running nodes hold exactly this claim about its member. */
    public boolean everybodyHolds(MemberRecord claim) {
        for (SimulatedNode node : nodes) {
            if (isUp(node) && !claim.equals(Internals.held(node.core, claim.id().nameHash()))) {
                return false;
            }
        }
        return true;
    }

    /** How many other running nodes hold a node in a state. */
    public int howManyHold(int index, MemberState state) {
        int count = 0;
        for (SimulatedNode node : nodes) {
            if (isUp(node) && node.index != index && stateAt(node.index, index) == state) {
                count++;
            }
        }
        return count;
    }

    /** What one node holds about another, or null. */
    public @Nullable MemberState stateAt(int observer, int subject) {
        MemberRecord held = Internals.held(nodes.get(observer).core, nodes.get(subject).nameHash);
        return held == null ? null : held.state();
    }

    public int runningCount() {
        int running = 0;
        for (SimulatedNode node : nodes) {
            running += isUp(node) ? 1 : 0;
        }
        return running;
    }

    private static boolean isUp(SimulatedNode node) {
        return node.running && !node.core.isStopped();
    }

    public SwimNode node(int index) {
        return nodes.get(index).core;
    }

    public int size() {
        return nodes.size();
    }

    /** Events since the start or the last {@link #forgetEvents}. */
    public List<Observed> events() {
        return List.copyOf(watch().events);
    }

    /** How many events of a kind were told since then. */
    public long count(MemberEvent.Kind kind) {
        return watch().count(kind);
    }

    /** Starts counting anew: events and traffic. */
    public void forgetEvents() {
        watch().forgetEvents();
        traffic.clear();
    }

    public long datagrams() {
        return traffic.datagrams;
    }

    /** Upper bounds of their contents, or what {@link #measureBytesBy} says. */
    public long datagramBytes() {
        return traffic.datagramBytes;
    }

    public long streams() {
        return traffic.streams;
    }

    public long streamBytes() {
        return traffic.streamBytes;
    }

    /** Has each message that is sent count for so many bytes. */
    public void measureBytesBy(ToIntFunction<Message> size) {
        traffic.measureBy(size);
    }

    /** The address of a node; {@code generation} 0 is its first one. */
    public static NodeAddress addressOf(int index, int generation) {
        return new NodeAddress("10." + generation + "." + (index >> 8) + "." + (index & 255), PORT);
    }
}
