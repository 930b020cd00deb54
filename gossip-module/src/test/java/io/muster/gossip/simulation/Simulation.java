package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SharedState;
import io.muster.gossip.protocol.StateEvent;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.protocol.SwimNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in virtual time. Nodes are numbered from 0 and named {@code n0}, {@code n1}, ...; seeds are the first three.
 * After each event the invariants are checked; a violation names the seed to replay it with.
 *
 * <pre>{@code
 * Simulation cluster = Simulation.of(250, 7).together();
 * cluster.crash(13);
 * Duration known = cluster.until("all know", Duration.ofSeconds(20), () -> cluster.everybodyHolds(13, MemberState.DEAD));
 * }</pre>
 */
public final class Simulation extends ClusterView {
    private static final int SEEDS = 3;
    private static final int CHECK_SIZES_EVERY = 64;

    private final long seed;
    private final SwimConfig config;
    private final SplittableRandom random;
    private final Network network;
    private final EventQueue queue = new EventQueue();
    private final List<Event> pool = new ArrayList<>();
    private final Map<NodeAddress, SimulatedNode> byAddress = new HashMap<>();
    private final Invariants invariants = new Invariants(this);
    private final Trace trace;
    private final boolean checked;
    private long now;
    private long handled;

    private Simulation(int n, long seed, SwimConfig config, boolean checked) {
        this.seed = Long.getLong("gossip.seed", seed);
        this.config = config;
        this.checked = checked;
        this.random = new SplittableRandom(this.seed);
        this.network = new Network(random.nextLong());
        this.trace = new Trace(Boolean.getBoolean("gossip.trace"));
        for (int i = 0; i < n; i++) {
            addNode();
        }
    }

    /** {@code n} nodes that are not started, with the LAN profile. */
    public static Simulation of(int n, long seed) {
        return of(n, seed, SwimConfig.lan());
    }

    public static Simulation of(int n, long seed, SwimConfig config) {
        return new Simulation(n, seed, config, true);
    }

    /** Checks no invariants and keeps no events, for speed. */
    public static Simulation unchecked(int n, long seed, SwimConfig config) {
        return new Simulation(n, seed, config, false);
    }

    /** Starts all nodes as members that know each other. */
    public Simulation together() {
        List<MemberRecord> all = nodes.stream().map(node -> node.core.self()).toList();
        for (SimulatedNode node : nodes) {
            Internals.remember(node.core, all);
            all.forEach(record -> node.seen.put(record.id().name(), MemberState.ALIVE));
            run(node, List.of());
        }
        return this;
    }

    /** Starts all nodes within {@code spread}; each joins through the seeds. */
    public Simulation join(Duration spread) {
        for (int i = 0; i < nodes.size(); i++) {
            int index = i;
            notYetStarted++;
            at(Duration.ofNanos(random.nextLong(spread.toNanos() + 1)), () -> {
                notYetStarted--;
                start(index);
            });
        }
        return this;
    }

    /** Adds a node that is not started; returns its index. */
    public int addNode() {
        int index = nodes.size();
        NodeAddress address = addressOf(index, 0);
        String name = "n" + index;
        SwimNode core = newCore(new MemberId(name, 0, newUid()), address);
        SimulatedNode node = new SimulatedNode(this, index, name, address, core);
        node.clockOrigin = random.nextLong(1L << 40);
        nodes.add(node);
        byAddress.put(address, node);
        return index;
    }

    public void start(int index) {
        run(nodes.get(index), seedAddresses());
    }

    private void run(SimulatedNode node, List<NodeAddress> seeds) {
        node.running = true;
        invariants.noteSelf(node.core);
        node.core.start(node.localTime(now), seeds, node);
        invariants.noteSelf(node.core);
        scheduleWake(node);
    }

    /** Kills a process. */
    public void crash(int index) {
        SimulatedNode node = nodes.get(index);
        node.running = false;
        node.paused = false;
        node.life++;
        node.buffered.clear();
        node.wakeVersion++;
        node.scheduledWake = Long.MAX_VALUE;
    }

    /**
     * Starts a process again, with a new uid.
     *
     * @param epoch that it remembers, or 0 for none
     */
    public void restart(int index, long epoch) {
        restartAs(index, nodes.get(index).name, epoch, nodes.get(index).address);
    }

    /** Starts a process again under another name or address. */
    public void restartAs(int index, String name, long epoch, NodeAddress address) {
        SimulatedNode old = nodes.get(index);
        if (old.running) {
            crash(index);
        }
        SwimNode core = newCore(new MemberId(name, epoch, newUid()), address);
        SimulatedNode node = new SimulatedNode(this, index, name, address, core);
        node.clockOrigin = random.nextLong(1L << 40);
        node.life = old.life + 1;
        byAddress.remove(old.address, old);
        byAddress.put(address, node);
        nodes.set(index, node);
        run(node, seedAddresses());
    }

    /** Stops a process without its knowledge (SIGSTOP, a long collection); what arrives waits in a bounded buffer, and late timers come first. */
    public void pause(int index, Duration length) {
        SimulatedNode node = nodes.get(index);
        if (node.running && !node.paused) {
            node.paused = true;
            int life = node.life;
            at(length, () -> resume(index, life));
        }
    }

    private void resume(int index, int life) {
        SimulatedNode node = nodes.get(index);
        if (node.life != life || !node.paused) {
            return;
        }
        node.paused = false;
        long local = node.localTime(now);
        if (local >= node.core.nextWake()) {
            node.core.onTimer(local, node);
        }
        while (!node.buffered.isEmpty() && node.running) {
            Event event = node.buffered.removeFirst();
            handle(node, event);
            pool.add(event);
        }
        scheduleWake(node);
    }

    public void leave(int index) {
        SimulatedNode node = nodes.get(index);
        node.core.leave(node.localTime(now), node);
        scheduleWake(node);
    }

    public void update(int index, NodeAddress address, Metadata metadata) {
        SimulatedNode node = nodes.get(index);
        if (!address.equals(node.address)) {
            byAddress.remove(node.address, node);
            node.address = address;
            byAddress.put(address, node);
        }
        node.core.update(node.localTime(now), address, metadata, node);
        invariants.noteSelf(node.core);
        scheduleWake(node);
    }

    /** Changes what members share, at one node. */
    public void change(int index, Consumer<SharedState> change) {
        SimulatedNode node = nodes.get(index);
        node.core.change(node.localTime(now), change, node);
        scheduleWake(node);
    }

    /** All sends of a node fail at once from now on, or no longer. */
    public void sendErrors(int index, boolean fail) {
        nodes.get(index).sendErrors = fail;
    }

    /** The rate of a node's clock, 1 being right; before it is started. */
    public void clockRate(int index, double rate) {
        nodes.get(index).clockRate = rate;
    }

    public void conditions(Conditions conditions) {
        network.conditions(conditions);
    }

    /** Nothing passes between the two sides. */
    public void split(IntPredicate oneSide) {
        network.cut(oneSide, oneSide.negate(), Network.Cut.EVERYTHING);
        network.cut(oneSide.negate(), oneSide, Network.Cut.EVERYTHING);
    }

    public void cutDatagrams(IntPredicate from, IntPredicate to) {
        network.cut(from, to, Network.Cut.DATAGRAMS);
    }

    public void cutConnects(IntPredicate from, IntPredicate to) {
        network.cut(from, to, Network.Cut.CONNECTS);
    }

    public void cutEverything(IntPredicate from, IntPredicate to) {
        network.cut(from, to, Network.Cut.EVERYTHING);
    }

    /** Ends all cuts. */
    public void mend() {
        network.mend();
    }

    /** Does something after a while. */
    public void at(Duration delay, Runnable action) {
        Event event = newEvent(Event.Kind.ACTION, -1);
        event.action = action;
        queue.add(now + delay.toNanos(), event);
    }

    /** Puts a message into the network as if a node had sent it; for what no correct node would say. */
    public void inject(int from, int to, Message message) {
        invariants.poison();
        Event event = newEvent(Event.Kind.DELIVER, to);
        event.life = nodes.get(to).life;
        event.message.copyFrom(message);
        event.from = nodes.get(from).address;
        event.channel = Effects.Channel.DATAGRAM;
        event.asker = -1;
        queue.add(now, event);
    }

    public void run(Duration length) {
        long end = now + length.toNanos();
        while (!queue.isEmpty() && queue.firstTime() <= end) {
            step();
        }
        now = end;
    }

    /** Runs until a condition holds, which is looked at every 10 ms; returns how long that took. */
    public Duration until(String what, Duration limit, BooleanSupplier condition) {
        long began = now;
        while (!condition.getAsBoolean()) {
            if (now - began > limit.toNanos()) {
                throw violation("L", what + " must hold within " + limit + " but did not", "");
            }
            run(Duration.ofMillis(10));
        }
        return Duration.ofNanos(now - began);
    }

    private void step() {
        long time = queue.firstTime();
        Event event = queue.removeFirst();
        now = time;
        if (event.kind == Event.Kind.ACTION) {
            Runnable action = event.action;
            event.action = null;
            pool.add(event);
            if (action != null) {
                action.run();
            }
            return;
        }
        SimulatedNode node = nodes.get(event.node);
        if (!node.running || event.life != node.life) {
            pool.add(event);
        } else if (event.kind == Event.Kind.WAKE && event.version != node.wakeVersion) {
            pool.add(event);
        } else if (node.paused) {
            if (event.kind == Event.Kind.DELIVER && node.buffered.size() < SimulatedNode.BUFFER) {
                node.buffered.add(event);
            } else {
                pool.add(event);
            }
        } else {
            handle(node, event);
            scheduleWake(node);
            pool.add(event);
        }
    }

    private void handle(SimulatedNode node, Event event) {
        SwimNode core = node.core;
        long local = node.localTime(now);
        trace.add(now, node.index, event.kind.name().length(), event.message.sequence());
        switch (event.kind) {
            case WAKE -> {
                node.scheduledWake = Long.MAX_VALUE;
                core.onTimer(local, node);
            }
            case SEND_FAILED -> core.onSendFailed(local, event.from(), node);
            case DELIVER -> deliver(node, event, local);
            case ACTION -> throw new IllegalStateException("action must not come to a node");
        }
        if (checked && ++handled % CHECK_SIZES_EVERY == 0) {
            invariants.sizes(node.index, core, nodes.size() + 64);
        }
    }

    private void deliver(SimulatedNode node, Event event, long local) {
        trace.add(
                now,
                node.index,
                event.message.kind().code(),
                event.message.rumors().size());
        if (trace.inWords()) {
            trace.words(now, node.index, "gets " + event.message + " from " + event.from);
        }
        node.handling = event;
        if (checked && !event.message.rumors().isEmpty()) {
            @Nullable MemberRecord[] before = invariants.before(node.core, event.message);
            node.core.onMessage(local, event.from(), event.channel, event.message, node);
            invariants.after(node.index, node.core, event.message, before);
            invariants.noteSelf(node.core);
        } else {
            node.core.onMessage(local, event.from(), event.channel, event.message, node);
        }
        node.handling = null;
    }

    void send(SimulatedNode node, NodeAddress to, Effects.Channel channel, Message message) {
        if (checked) {
            invariants.noteSelf(node.core);
            invariants.sent(node.index, channel, message, config.spreading().packetBytes());
        }
        if (node.sendErrors) {
            Event failed = newEvent(Event.Kind.SEND_FAILED, node.index);
            failed.life = node.life;
            failed.from = to;
            queue.add(now, failed);
            return;
        }
        Event question = node.handling;
        boolean answers =
                channel == Effects.Channel.REPLY && question != null && question.channel == Effects.Channel.STREAM;
        if (answers || channel == Effects.Channel.STREAM) {
            streams++;
            streamBytes += message.maxEncodedSize();
        } else {
            datagrams++;
            datagramBytes += message.maxEncodedSize();
        }
        if (answers && question != null) {
            answer(node, question, message);
            return;
        }
        SimulatedNode target = byAddress.get(to);
        if (target == null) {
            return;
        }
        if (channel == Effects.Channel.STREAM) {
            if (network.passesConnect(node.index, target.index)) {
                post(node, target, Effects.Channel.STREAM, message, network.streamLatency(true));
            }
            return;
        }
        if (network.passesDatagram(node.index, target.index, now)) {
            post(node, target, Effects.Channel.DATAGRAM, message, network.datagramLatency());
            if (network.duplicates()) {
                post(node, target, Effects.Channel.DATAGRAM, message, network.datagramLatency() * 3);
            }
        }
    }

    private void answer(SimulatedNode node, Event question, Message message) {
        SimulatedNode asker = nodes.get(question.asker);
        if (asker.life == question.askerLife && network.passesStream(node.index, asker.index)) {
            post(node, asker, Effects.Channel.REPLY, message, network.streamLatency(false));
        }
    }

    private void post(SimulatedNode from, SimulatedNode to, Effects.Channel channel, Message message, long latency) {
        Event event = newEvent(Event.Kind.DELIVER, to.index);
        event.life = to.life;
        event.channel = channel;
        event.from = from.address;
        event.asker = from.index;
        event.askerLife = from.life;
        event.message.copyFrom(message);
        queue.add(now + latency, event);
    }

    void observed(SimulatedNode node, MemberEvent event) {
        trace.add(
                now,
                node.index,
                100 + event.kind().name().length(),
                event.record().incarnation());
        if (!checked) {
            return;
        }
        String name = event.record().id().name();
        if (trace.inWords()) {
            trace.words(now, node.index, event.kind() + " " + event.record());
        }
        MemberState held = node.seen.get(name);
        if (!Invariants.isLegal(held, event)) {
            throw violation("S9", "node " + node.index + " held " + held + " and tells " + event, name);
        }
        node.seen.put(name, Invariants.next(held, event));
        events.add(new Observed(now / 1e9, node.index, event.kind(), name));
    }

    void observed(SimulatedNode node, StateEvent event) {
        trace.add(now, node.index, 200 + event.kind().code(), event.key().hashCode());
        if (trace.inWords()) {
            trace.words(now, node.index, event.toString());
        }
    }

    private void scheduleWake(SimulatedNode node) {
        if (!node.running || node.paused) {
            return;
        }
        long local = node.core.nextWake();
        if (local == Long.MAX_VALUE) {
            return;
        }
        long at = Math.max(now, node.globalTime(local));
        if (at == node.scheduledWake) {
            return;
        }
        Event wake = newEvent(Event.Kind.WAKE, node.index);
        wake.life = node.life;
        wake.version = ++node.wakeVersion;
        node.scheduledWake = at;
        queue.add(at, wake);
    }

    private Event newEvent(Event.Kind kind, int node) {
        Event event = pool.isEmpty() ? new Event() : pool.remove(pool.size() - 1);
        event.kind = kind;
        event.node = node;
        event.message.start(Message.Kind.RUMORS, 0);
        return event;
    }

    InvariantViolation violation(String property, String what, String about) {
        return new InvariantViolation(property, what + " at " + now / 1e9 + " s", seed, trace.lastWords(about));
    }

    private SwimNode newCore(MemberId id, NodeAddress address) {
        return new SwimNode(config, id, address, Metadata.EMPTY, random.nextLong());
    }

    private UUID newUid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private List<NodeAddress> seedAddresses() {
        List<NodeAddress> seeds = new ArrayList<>();
        for (int i = 0; i < Math.min(SEEDS, nodes.size()); i++) {
            seeds.add(nodes.get(i).address);
        }
        return seeds;
    }

    public Duration now() {
        return Duration.ofNanos(now);
    }

    /** Stands for everything that happened so far. */
    public long traceHash() {
        return trace.hash();
    }

    public long seed() {
        return seed;
    }
}
