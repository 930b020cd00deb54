package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SharedState;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.protocol.SwimNode;
import java.time.Duration;
import java.util.List;
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

    private final long seed;
    private final SwimConfig config;
    private final SplittableRandom random;
    private final Network network;
    private final Agenda agenda = new Agenda();
    private final Watch watch;
    private final Carrier carrier;

    private Simulation(int n, long seed, SwimConfig config, boolean checked) {
        this.seed = Long.getLong("gossip.seed", seed);
        this.config = config;
        this.random = new SplittableRandom(this.seed);
        this.network = new Network(random.nextLong());
        this.watch = new Watch(agenda, this.seed, config.spreading().packetBytes(), checked);
        this.carrier = new Carrier(agenda, network, nodes, watch, traffic);
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
        watch.knowFromTheStart(nodes, all);
        for (SimulatedNode node : nodes) {
            Internals.remember(node.core, all);
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
        nodes.add(newNode(index, "n" + index, 0, addressOf(index, 0)));
        return index;
    }

    public void start(int index) {
        run(nodes.get(index), seedAddresses());
    }

    private void run(SimulatedNode node, List<NodeAddress> seeds) {
        node.running = true;
        watch.claims(node);
        node.core.start(localTime(node), seeds, node);
        watch.claims(node);
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
        carrier.disconnect(old);
        SimulatedNode node = newNode(index, name, epoch, address);
        node.life = old.life + 1;
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
        if (localTime(node) >= node.core.nextWake()) {
            node.core.onTimer(localTime(node), node);
        }
        while (!node.buffered.isEmpty() && node.running) {
            Event event = node.buffered.removeFirst();
            handle(node, event);
            agenda.recycle(event);
        }
        scheduleWake(node);
    }

    public void leave(int index) {
        SimulatedNode node = nodes.get(index);
        node.core.leave(localTime(node), node);
        scheduleWake(node);
    }

    public void update(int index, NodeAddress address, Metadata metadata) {
        SimulatedNode node = nodes.get(index);
        if (!address.equals(node.address)) {
            carrier.disconnect(node);
            node.address = address;
            carrier.connect(node);
        }
        node.core.update(localTime(node), address, metadata, node);
        watch.claims(node);
        scheduleWake(node);
    }

    /** Changes what members share, at one node. */
    public void change(int index, Consumer<SharedState> change) {
        SimulatedNode node = nodes.get(index);
        node.core.change(localTime(node), change, node);
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
        Event event = agenda.event(Event.Kind.ACTION, -1);
        event.action = action;
        agenda.add(agenda.now() + delay.toNanos(), event);
    }

    /** Puts a message into the network as if a node had sent it; for what no correct node would say. */
    public void inject(int from, int to, Message message) {
        watch.poisoned();
        Event event = agenda.event(Event.Kind.DELIVER, to);
        event.life = nodes.get(to).life;
        event.message.copyFrom(message);
        event.from = nodes.get(from).address;
        event.channel = Effects.Channel.DATAGRAM;
        event.asker = -1;
        agenda.add(agenda.now(), event);
    }

    public void run(Duration length) {
        long end = agenda.now() + length.toNanos();
        while (agenda.hasUntil(end)) {
            step(agenda.next());
        }
        agenda.advance(end);
    }

    /** Runs until a condition holds, which is looked at every 10 ms; returns how long that took. */
    public Duration until(String what, Duration limit, BooleanSupplier condition) {
        return until(what, limit, Duration.ofMillis(10), condition);
    }

    /** As {@link #until(String, Duration, BooleanSupplier)}, looking at other intervals. */
    public Duration until(String what, Duration limit, Duration every, BooleanSupplier condition) {
        long began = agenda.now();
        while (!condition.getAsBoolean()) {
            if (agenda.now() - began > limit.toNanos()) {
                throw watch.violation("L", what + " must hold within " + limit + " but did not", "");
            }
            run(every);
        }
        return Duration.ofNanos(agenda.now() - began);
    }

    private void step(Event event) {
        if (event.kind == Event.Kind.ACTION) {
            Runnable action = event.action;
            event.action = null;
            agenda.recycle(event);
            if (action != null) {
                action.run();
            }
            return;
        }
        SimulatedNode node = nodes.get(event.node);
        boolean isOver = !node.running
                || event.life != node.life
                || (event.kind == Event.Kind.WAKE && event.version != node.wakeVersion);
        if (!isOver && node.paused) {
            if (event.kind == Event.Kind.DELIVER && node.buffered.size() < SimulatedNode.BUFFER) {
                node.buffered.add(event);
                return;
            }
        } else if (!isOver) {
            handle(node, event);
            scheduleWake(node);
        }
        agenda.recycle(event);
    }

    private void handle(SimulatedNode node, Event event) {
        SwimNode core = node.core;
        long local = localTime(node);
        watch.handles(node, event);
        switch (event.kind) {
            case WAKE -> {
                node.scheduledWake = Long.MAX_VALUE;
                core.onTimer(local, node);
            }
            case SEND_FAILED -> core.onSendFailed(local, event.from(), node);
            case DELIVER -> {
                node.handling = event;
                @Nullable MemberRecord[] before = watch.before(node, event.message);
                core.onMessage(local, event.from(), event.channel, event.message, node);
                watch.takes(node, event.message, before);
                node.handling = null;
            }
            case ACTION -> throw new IllegalStateException("action must not come to a node");
        }
        watch.handled(node, nodes.size() + 64);
    }

    private void scheduleWake(SimulatedNode node) {
        if (!node.running || node.paused) {
            return;
        }
        long local = node.core.nextWake();
        if (local == Long.MAX_VALUE) {
            return;
        }
        long at = Math.max(agenda.now(), node.globalTime(local));
        if (at == node.scheduledWake) {
            return;
        }
        Event wake = agenda.event(Event.Kind.WAKE, node.index);
        wake.life = node.life;
        wake.version = ++node.wakeVersion;
        node.scheduledWake = at;
        agenda.add(at, wake);
    }

    private SimulatedNode newNode(int index, String name, long epoch, NodeAddress address) {
        MemberId id = new MemberId(name, epoch, new UUID(random.nextLong(), random.nextLong()));
        SwimNode core = new SwimNode(config, id, address, Metadata.EMPTY, random.nextLong());
        SimulatedNode node = new SimulatedNode(carrier, watch, index, address, core);
        node.clockOrigin = random.nextLong(1L << 40);
        carrier.connect(node);
        return node;
    }

    private long localTime(SimulatedNode node) {
        return node.localTime(agenda.now());
    }

    private List<NodeAddress> seedAddresses() {
        return nodes.stream().limit(SEEDS).map(node -> node.address).toList();
    }

    @Override
    Watch watch() {
        return watch;
    }

    public Duration now() {
        return Duration.ofNanos(agenda.now());
    }

    /** Stands for everything that happened so far. */
    public long traceHash() {
        return watch.traceHash();
    }

    public long seed() {
        return seed;
    }
}
