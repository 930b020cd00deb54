package io.muster.gossip.simulation;

import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SharedState;
import io.muster.gossip.protocol.SwimNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What can be asked of a cluster without changing it. */
abstract class ClusterView {
    private static final int PORT = 7072;

    final List<SimulatedNode> nodes = new ArrayList<>();
    final List<Observed> events = new ArrayList<>();
    int notYetStarted;
    long datagrams;
    long datagramBytes;
    long streams;
    long streamBytes;

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
        return howManyHold(index, state) == runningCount() - (isUp(nodes.get(index)) ? 1 : 0);
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
        return nodes.get(observer)
                .core
                .member(nodes.get(subject).name)
                .map(MemberRecord::state)
                .orElse(null);
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
        return List.copyOf(events);
    }

    public long count(MemberEvent.Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).count();
    }

    /** Starts counting anew: events and traffic. */
    public void forgetEvents() {
        events.clear();
        datagrams = 0;
        datagramBytes = 0;
        streams = 0;
        streamBytes = 0;
    }

    public long datagrams() {
        return datagrams;
    }

    /** Upper bounds of their contents. */
    public long datagramBytes() {
        return datagramBytes;
    }

    public long streams() {
        return streams;
    }

    public long streamBytes() {
        return streamBytes;
    }

    /** The address of a node; {@code generation} 0 is its first one. */
    public static NodeAddress addressOf(int index, int generation) {
        return new NodeAddress("10." + generation + "." + (index >> 8) + "." + (index & 255), PORT);
    }
}
