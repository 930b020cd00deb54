package io.muster.gossip;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SharedState;
import io.muster.gossip.protocol.StateEvent;
import io.muster.gossip.protocol.StateValue;
import io.muster.gossip.protocol.SwimNode;
import io.muster.gossip.transport.NettyTransport;
import io.muster.gossip.transport.TrafficCounts;
import io.muster.gossip.transport.TrafficCounts.Count;
import io.muster.gossip.transport.Transport;
import io.muster.gossip.wire.Frames;
import io.muster.gossip.wire.SharedClaims;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A member of a cluster on real sockets: joins the protocol, a clock and a transport. Thread-safe; the protocol and the
 * listener run on one thread of {@link GossipThreads}, so a listener must not block.
 */
public final class GossipNode implements AutoCloseable {
    private static final int LIMIT_PERIODS = 2;

    private final EventLoop loop;
    private final @Nullable EpochFile epochFile;
    private final SwimNode protocol;
    private final NettyTransport transport;
    private final Wiring wiring;
    private final List<Consumer<StateEvent>> subscribers = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final long origin = System.nanoTime();
    private long scheduledAt = Long.MAX_VALUE;
    private boolean ended;
    private @Nullable ScheduledFuture<?> timer;

    private GossipNode(
            GossipConfig config,
            @Nullable EpochFile epochFile,
            long epoch,
            EventLoop loop,
            SharedClaims claims,
            Consumer<MemberEvent> listener,
            SecureRandom random) {
        this.loop = loop;
        this.epochFile = epochFile;
        MemberId id = new MemberId(config.name(), epoch, new UUID(random.nextLong(), random.nextLong()));
        this.protocol = new SwimNode(config.protocol(), id, config.address(), config.metadata(), random.nextLong());
        this.wiring = new Wiring(listener);
        this.transport = new NettyTransport(
                loop,
                new Frames(config.clusterId(), config.keyring(), random, claims),
                wiring,
                config.protocol().probing().period().multipliedBy(LIMIT_PERIODS));
    }

    /**
     * Starts a node; it joins in the background.
     *
     * @param listener told what becomes of members, in order; what it throws is logged by Netty and changes nothing
     * @throws IllegalStateException if the address cannot be bound
     */
    public static GossipNode start(GossipConfig config, GossipThreads threads, Consumer<MemberEvent> listener) {
        Path path = config.epochFile();
        EpochFile epochFile = path == null ? null : new EpochFile(path, config.name());
        long epoch = epochFile == null ? 0 : epochFile.next();
        EventLoop loop = threads.next();
        GossipNode node =
                new GossipNode(config, epochFile, epoch, loop, threads.claims(loop), listener, new SecureRandom());
        node.transport.bind(config.address());
        node.storeEpoch();
        node.loop.execute(() -> {
            node.protocol.start(node.now(), config.seeds(), node.wiring);
            node.afterwards();
        });
        return node;
    }

    /** All claims held, tombstones and this node's own included. */
    public CompletableFuture<List<MemberRecord>> members() {
        return CompletableFuture.supplyAsync(protocol::members, loop);
    }

    /** Changes what this node says of itself. */
    public void update(Metadata metadata) {
        loop.execute(() -> {
            protocol.update(now(), protocol.self().address(), metadata, wiring);
            afterwards();
        });
    }

    /**
     * Publishes a value of this node, which all members see until it is removed or this node goes; complete when it is in force
     * here.
     *
     * @param key 1 to 64 characters of {@code A-Z a-z 0-9 . _ : / @ -}
     * @return failed with an {@code IllegalArgumentException} if the key is none, with an {@code IllegalStateException} if this
     *     node would have more than 64 keys or 8 KiB, or has stopped
     */
    public CompletableFuture<Void> publish(String key, StateValue value) {
        return change(state -> state.publish(key, value));
    }

    /** Removes a value of this node, if there is one. */
    public CompletableFuture<Void> remove(String key) {
        return change(state -> state.remove(key));
    }

    /** The values of all members that have any, this node's own included, by name and key. */
    public CompletableFuture<Map<String, Map<String, StateValue>>> values() {
        return read(SharedState::values);
    }

    /** The values of one member, by key; empty if it has none or is no member. */
    public CompletableFuture<Map<String, StateValue>> values(String member) {
        return read(state -> state.values(member));
    }

    /**
     * A counter that all members share.
     *
     * @param name 1 to 64 characters of {@code A-Z a-z 0-9 . _ : / @ -}
     */
    public SharedCounter counter(String name) {
        return new SharedCounter(this, name);
    }

    /**
     * A map that all members share.
     *
     * @param name 1 to 64 characters of {@code A-Z a-z 0-9 . _ : / @ -}
     */
    public SharedMap map(String name) {
        return new SharedMap(this, name);
    }

    /**
     * Has a listener told of each change of what members share, from now on and in order, this node's own included. It must not
     * block; what it throws is logged by Netty and changes nothing.
     */
    public Subscription subscribe(Consumer<StateEvent> listener) {
        subscribers.add(listener);
        return () -> subscribers.remove(listener);
    }

    CompletableFuture<Void> change(Consumer<SharedState> change) {
        return CompletableFuture.runAsync(
                () -> {
                    if (ended) {
                        throw new IllegalStateException("node must be running but was closed: "
                                + protocol.self().id());
                    }
                    try {
                        protocol.change(now(), change, wiring);
                    } finally {
                        afterwards();
                    }
                },
                loop);
    }

    <T> CompletableFuture<T> read(Function<SharedState, T> read) {
        return CompletableFuture.supplyAsync(() -> read.apply(protocol.state()), loop);
    }

    /** What this node has sent and heard since its start; at once, also after its end. */
    public GossipTraffic traffic() {
        TrafficCounts counts = transport.counts();
        return new GossipTraffic(
                counts.get(Count.DATAGRAMS_SENT),
                counts.get(Count.DATAGRAMS_HEARD),
                counts.get(Count.STREAMS_SENT),
                counts.get(Count.STREAMS_HEARD),
                counts.get(Count.BYTES_SENT),
                counts.get(Count.BYTES_HEARD),
                counts.get(Count.FAILED),
                counts.get(Count.DROPPED),
                counts.refused());
    }

    /** Says farewell; complete when that has spread, the node has stopped and its port is free. */
    public CompletableFuture<Void> leave() {
        loop.execute(() -> {
            protocol.leave(now(), wiring);
            afterwards();
        });
        return stopped.copy();
    }

    /**
     * Complete when this node has stopped and its port is free, whatever stopped it: {@link #leave}, {@link #close}, or another
     * node that took its name ({@link MemberEvent.Kind#CONFLICT}). Not when its threads ended under it.
     */
    public CompletableFuture<Void> stopped() {
        return stopped.copy();
    }

    /** Stops at once, without a farewell: to the others this node has crashed. {@link #stopped} says when its port is free. */
    @Override
    public void close() {
        loop.execute(this::stop);
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
        if (ended) {
            return;
        }
        ended = true;
        transport.close();
        // The ports are free once the selector has let go of the closed channels, which it does when it next selects.
        var unused = loop.schedule(() -> stopped.complete(null), 1, TimeUnit.MILLISECONDS);
    }

    private void storeEpoch() {
        if (epochFile != null) {
            epochFile.store(protocol.self().id().epoch());
        }
    }

    private long now() {
        return System.nanoTime() - origin;
    }

    /** After each call of the protocol: stops with it, or wakes it when it wants. */
    private void afterwards() {
        if (ended) {
            return;
        }
        storeEpoch();
        if (protocol.isStopped()) {
            stop();
            return;
        }
        long wake = protocol.nextWake();
        if (wake == scheduledAt) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        scheduledAt = wake;
        timer = loop.schedule(this::onTimer, Math.max(0, wake - now()), TimeUnit.NANOSECONDS);
    }

    private void onTimer() {
        scheduledAt = Long.MAX_VALUE;
        protocol.onTimer(now(), wiring);
        afterwards();
    }

    /** Takes what arrives to the protocol, and what the protocol wants to the transport. */
    private final class Wiring implements Effects, Transport.Receiver {
        private final Consumer<MemberEvent> listener;
        private Transport.@Nullable Answer answer;

        Wiring(Consumer<MemberEvent> listener) {
            this.listener = listener;
        }

        @Override
        public void send(NodeAddress to, Channel channel, Message message) {
            Transport.Answer path = answer;
            if (channel == Channel.STREAM) {
                transport.ask(to, message);
            } else if (channel == Channel.REPLY && path != null) {
                path.send(message);
            } else {
                transport.sendDatagram(to, message);
            }
        }

        @Override
        public void event(MemberEvent event) {
            tell(listener, event);
        }

        @Override
        public void state(StateEvent event) {
            subscribers.forEach(subscriber -> tell(subscriber, event));
        }

        private <E> void tell(Consumer<E> told, E event) {
            try {
                told.accept(event);
            } catch (RuntimeException e) {
                loop.execute(() -> {
                    throw e;
                });
            }
        }

        @Override
        public void datagram(NodeAddress from, Message message) {
            take(from, Channel.DATAGRAM, message);
        }

        @Override
        public void question(NodeAddress from, Message message, Transport.Answer path) {
            answer = path;
            try {
                take(from, Channel.STREAM, message);
            } finally {
                answer = null;
            }
        }

        @Override
        public void answer(NodeAddress from, Message message) {
            take(from, Channel.REPLY, message);
        }

        @Override
        public void sendFailed(NodeAddress to) {
            if (!ended) {
                protocol.onSendFailed(now(), to, this);
                afterwards();
            }
        }

        private void take(NodeAddress from, Channel channel, Message message) {
            if (!ended) {
                protocol.onMessage(now(), from, channel, message, this);
                afterwards();
            }
        }
    }
}
