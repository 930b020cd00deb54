package io.muster.gossip;

import io.muster.gossip.protocol.Effects;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SwimNode;
import io.muster.gossip.transport.NettyTransport;
import io.muster.gossip.transport.Transport;
import io.muster.gossip.wire.Frames;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member of a cluster on real sockets: joins the protocol, a clock and a transport. Thread-safe; the protocol and the
 * listener run on one thread of {@link GossipThreads}, so a listener must not block.
 */
public final class GossipNode implements AutoCloseable {
    private static final int LIMIT_PERIODS = 2;

    private final EventLoop loop;
    private final SwimNode protocol;
    private final NettyTransport transport;
    private final Wiring wiring;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final long origin = System.nanoTime();
    private long scheduledAt = Long.MAX_VALUE;
    private boolean ended;
    private @Nullable ScheduledFuture<?> timer;

    private GossipNode(GossipConfig config, EventLoop loop, Consumer<MemberEvent> listener, SecureRandom random) {
        this.loop = loop;
        MemberId id = new MemberId(config.name(), 0, new UUID(random.nextLong(), random.nextLong()));
        this.protocol = new SwimNode(config.protocol(), id, config.address(), config.metadata(), random.nextLong());
        this.wiring = new Wiring(listener);
        this.transport = new NettyTransport(
                loop,
                new Frames(config.clusterId(), config.keyring(), random),
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
        GossipNode node = new GossipNode(config, threads.next(), listener, new SecureRandom());
        node.transport.bind(config.address());
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

    /** Says farewell; complete when that has spread, the node has stopped and its port is free. */
    public CompletableFuture<Void> leave() {
        loop.execute(() -> {
            protocol.leave(now(), wiring);
            afterwards();
        });
        return stopped.copy();
    }

    /** Stops at once, without a farewell: to the others this node has crashed. */
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

    private long now() {
        return System.nanoTime() - origin;
    }

    /** After each call of the protocol: stops with it, or wakes it when it wants. */
    private void afterwards() {
        if (ended) {
            return;
        }
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
            try {
                listener.accept(event);
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
