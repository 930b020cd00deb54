package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.StateEvent;
import io.muster.gossip.protocol.SwimNode;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One process: the core, its clock, and whether it runs. */
final class SimulatedNode implements Effects {
    /** Events that wait while a process is stopped, about what a socket's buffer holds; the rest is dropped. */
    static final int BUFFER = 512;

    final int index;
    final String name;
    final ArrayDeque<Event> buffered = new ArrayDeque<>();
    final long nameHash;
    private final Carrier carrier;
    private final Watch watch;

    /** What it has told of each name last; see {@link Watch}. */
    byte[] seen = new byte[16];

    /** What it said of itself when that was looked at last. */
    @Nullable
    MemberRecord noted;

    SwimNode core;
    NodeAddress address;
    int life;
    boolean running;
    boolean paused;
    boolean sendErrors;
    double clockRate = 1;
    long clockOrigin;
    long wakeVersion;
    long scheduledWake = Long.MAX_VALUE;

    @Nullable
    Event handling;

    SimulatedNode(Carrier carrier, Watch watch, int index, NodeAddress address, SwimNode core) {
        this.carrier = carrier;
        this.watch = watch;
        this.index = index;
        this.name = core.self().id().name();
        this.nameHash = core.self().id().nameHash();
        this.address = address;
        this.core = core;
    }

    /** This node's clock: its own origin and its own rate. */
    long localTime(long time) {
        return clockRate == 1 ? clockOrigin + time : clockOrigin + (long) (time * clockRate);
    }

    long globalTime(long local) {
        return clockRate == 1 ? local - clockOrigin : (long) StrictMath.ceil((local - clockOrigin) / clockRate);
    }

    @Override
    public void send(NodeAddress to, Channel channel, Message message) {
        carrier.send(this, to, channel, message);
    }

    @Override
    public void event(MemberEvent event) {
        watch.tells(this, event);
    }

    @Override
    public void state(StateEvent event) {
        watch.tells(this, event);
    }
}
