package io.muster.gossip.transport;

import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.transport.TrafficCounts.Count;
import io.muster.gossip.wire.Frames;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * UDP and TCP on one port. All channels of one transport live on one event loop, so its receiver is called by one thread; many
 * transports share a loop. A question by stream has a connection of its own, which is closed after the answer.
 *
 * <p>Bounds: 16 questions asked at a time, further ones are dropped as if lost; 64 connections from others; frames of 2 MiB by
 * stream; a connection that says nothing for the time limit is closed.
 */
public final class NettyTransport implements Transport, AutoCloseable {
    private static final int MOST_QUESTIONS = 16;
    private static final int MOST_CONNECTIONS = 64;
    private static final int MAX_STREAM_FRAME = 2 << 20;
    private static final int MAX_DATAGRAM = 65_507;
    private static final int LENGTH_BYTES = 4;

    private final EventLoop loop;
    private final Frames frames;
    private final Receiver receiver;
    private final int limitMillis;
    private final Message incoming = new Message();
    private final TrafficCounts counts = new TrafficCounts();
    private @Nullable Channel datagrams;
    private @Nullable Channel server;
    private int questions;
    private int connections;

    /**
     * @param limit for a connection: to be made, and to say something
     */
    public NettyTransport(EventLoop loop, Frames frames, Receiver receiver, Duration limit) {
        this.loop = loop;
        this.frames = frames;
        this.receiver = receiver;
        this.limitMillis = (int) limit.toMillis();
    }

    /**
     * Binds UDP and TCP to one port; not to be called on the event loop.
     *
     * @throws IllegalStateException if the address cannot be bound
     */
    public void bind(NodeAddress address) {
        InetSocketAddress socketAddress = resolved(address);
        if (socketAddress == null) {
            throw new IllegalArgumentException("host must be a literal IP address but was " + address.host());
        }
        ChannelFuture tcp = new ServerBootstrap()
                .group(loop, loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(initializer(this::acceptConnection))
                .bind(socketAddress);
        ChannelFuture udp = new Bootstrap()
                .group(loop)
                .channel(NioDatagramChannel.class)
                .option(ChannelOption.RCVBUF_ALLOCATOR, new io.netty.channel.FixedRecvByteBufAllocator(MAX_DATAGRAM))
                .handler(new Datagrams())
                .bind(socketAddress);
        try {
            server = bound(tcp, address);
            datagrams = bound(udp, address);
        } catch (IllegalStateException e) {
            close(tcp.channel());
            close(udp.channel());
            throw e;
        }
    }

    private static Channel bound(ChannelFuture future, NodeAddress address) {
        future.awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new IllegalStateException("address must be free to bind but was not: " + address, future.cause());
        }
        return future.channel();
    }

    @Override
    public void sendDatagram(NodeAddress to, Message message) {
        Channel channel = datagrams;
        InetSocketAddress target = resolved(to);
        if (channel == null || target == null) {
            return;
        }
        counts.add(Count.DATAGRAMS_SENT, 1);
        var unused = channel.writeAndFlush(new DatagramPacket(sealed(channel, message), target))
                .addListener((ChannelFutureListener) future -> {
                    if (!future.isSuccess()) {
                        counts.add(Count.FAILED, 1);
                        loop.execute(() -> receiver.sendFailed(to));
                    }
                });
    }

    @Override
    public void ask(NodeAddress to, Message message) {
        InetSocketAddress target = resolved(to);
        Channel udp = datagrams;
        if (target == null || udp == null) {
            return;
        }
        if (questions >= MOST_QUESTIONS) {
            counts.add(Count.DROPPED, 1);
            return;
        }
        counts.add(Count.STREAMS_SENT, 1);
        questions++;
        ByteBuf frame = sealed(udp, message);
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, limitMillis)
                .handler(initializer(channel -> channel.pipeline().addLast(new Answers(to))))
                .connect(target);
        var unused = connected.channel().closeFuture().addListener(closed -> questions--);
        unused = connected.addListener((ChannelFutureListener) future -> {
            if (future.isSuccess()) {
                write(future.channel(), frame);
            } else {
                counts.add(Count.FAILED, 1);
                frame.release();
            }
        });
    }

    /** What has passed. */
    public TrafficCounts counts() {
        return counts;
    }

    @Override
    public void close() {
        if (server != null) {
            close(server);
        }
        if (datagrams != null) {
            close(datagrams);
        }
    }

    private static void close(Channel channel) {
        var unused = channel.close();
    }

    private static void write(Channel channel, ByteBuf frame) {
        var unused = channel.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private ChannelInitializer<SocketChannel> initializer(java.util.function.Consumer<SocketChannel> last) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline()
                        .addLast(new ReadTimeoutHandler(limitMillis, TimeUnit.MILLISECONDS))
                        .addLast(new LengthFieldBasedFrameDecoder(MAX_STREAM_FRAME, 0, LENGTH_BYTES, 0, LENGTH_BYTES))
                        .addLast(new LengthFieldPrepender(LENGTH_BYTES));
                last.accept(channel);
            }
        };
    }

    private void acceptConnection(SocketChannel channel) {
        if (connections >= MOST_CONNECTIONS) {
            counts.add(Count.DROPPED, 1);
            close(channel);
            return;
        }
        connections++;
        var unused = channel.closeFuture().addListener(closed -> connections--);
        channel.pipeline().addLast(new Questions());
    }

    private ByteBuf sealed(Channel channel, Message message) {
        int most = message.maxEncodedSize() + Frames.MAX_OVERHEAD_BYTES;
        ByteBuf out = channel.alloc().ioBuffer(most);
        ByteBuffer nio = out.nioBuffer(0, most);
        int start = nio.position();
        frames.seal(message, nio);
        counts.add(Count.BYTES_SENT, nio.position() - start);
        return out.writerIndex(nio.position() - start);
    }

    private boolean open(ByteBuf in, Count kind) {
        counts.add(kind, 1);
        counts.add(Count.BYTES_HEARD, in.readableBytes());
        Frames.Verdict verdict = frames.open(in.nioBuffer(), incoming);
        if (verdict == Frames.Verdict.ACCEPTED) {
            return true;
        }
        counts.refuse(verdict);
        return false;
    }

    /**
     * Never asks a name service: the host is a literal, or there is no address. It is read anew each time, as a table of them would
     * be the largest thing that a node holds.
     */
    private static @Nullable InetSocketAddress resolved(NodeAddress address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address.host());
        try {
            return bytes == null ? null : new InetSocketAddress(InetAddress.getByAddress(bytes), address.port());
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static NodeAddress addressOf(InetSocketAddress address) {
        return new NodeAddress(NetUtil.toAddressString(address.getAddress()), address.getPort());
    }

    /** Datagrams of everybody. */
    private final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            if (packet.sender().getPort() != 0 && open(packet.content(), Count.DATAGRAMS_HEARD)) {
                receiver.datagram(addressOf(packet.sender()), incoming);
            }
        }

        /** A port that nobody listens on is told so by the system; that is no reason to stop listening. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            counts.refuse(Frames.Verdict.MALFORMED);
        }
    }

    /** Questions of others. */
    private final class Questions extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
            if (!open(frame, Count.STREAMS_HEARD)) {
                close(context.channel());
                return;
            }
            InetSocketAddress from = (InetSocketAddress) context.channel().remoteAddress();
            receiver.question(addressOf(from), incoming, answer -> {
                counts.add(Count.STREAMS_SENT, 1);
                write(context.channel(), sealed(context.channel(), answer));
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            close(context.channel());
        }
    }

    /** The answer to one question. */
    private final class Answers extends SimpleChannelInboundHandler<ByteBuf> {
        private final NodeAddress asked;

        Answers(NodeAddress asked) {
            this.asked = asked;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
            close(context.channel());
            if (open(frame, Count.STREAMS_HEARD)) {
                receiver.answer(asked, incoming);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            close(context.channel());
        }
    }
}
