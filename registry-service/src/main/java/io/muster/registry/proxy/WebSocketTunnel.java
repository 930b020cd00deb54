package io.muster.registry.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket between a caller and an instance, whose connections share an event loop. Octets pass as they come, in both directions: neither side is read
 * while the other takes nothing. When the proxy itself ends it, both sides get a closing frame, 1001 (going away), between two frames of the other one.
 */
final class WebSocketTunnel {
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int GOING_AWAY = 1001;

    private final Channel callerChannel;
    private final Channel instanceChannel;
    private final Side caller;
    private final Side instance;
    private final long idleNanos;
    private final LongSupplier nanoClock;
    private final Runnable over;
    private boolean leaving;
    private boolean ended;
    private long lastAt;
    private @Nullable ScheduledFuture<?> idle;

    /**
     * A tunnel that is not open yet.
     *
     * @param over called once, when the caller's connection is closed
     */
    WebSocketTunnel(Channel caller, Channel instance, long idleNanos, LongSupplier nanoClock, Runnable over) {
        this.callerChannel = caller;
        this.instanceChannel = instance;
        this.caller = new Side(instance, true);
        this.instance = new Side(caller, false);
        this.idleNanos = idleNanos;
        this.nanoClock = nanoClock;
        this.over = over;
    }

    /**
     * Opens it. On the event loop; the instance's connection does not read by itself any more.
     *
     * @param head of the answer to the caller
     * @param syntax what has looked at the caller's octets until now
     */
    void open(ByteBuf head, RequestSyntax syntax) {
        lastAt = nanoClock.getAsLong();
        ByteBuf held = syntax.beginTunnel();
        callerChannel.pipeline().addBefore("muster-syntax", "muster-tunnel", caller);
        instanceChannel.pipeline().addLast("muster-tunnel", instance);
        instance.write(head);
        instance.flush();
        caller.take(held);
        caller.flush();
        caller.readOn();
        instance.readOn();
        watchIdle(idleNanos);
    }

    /** Ends it well, from any thread: closing frames first, the connections a moment later. */
    void goAway() {
        callerChannel.eventLoop().execute(this::leave);
    }

    /** Ends it at once, from any thread. */
    void cut() {
        callerChannel.eventLoop().execute(this::closeBoth);
    }

    private void leave() {
        if (leaving || ended) {
            return;
        }
        leaving = true;
        caller.takeLeave();
        instance.takeLeave();
        ScheduledFuture<?> unused =
                callerChannel.eventLoop().schedule(this::closeBoth, FAREWELL_NANOS, TimeUnit.NANOSECONDS);
    }

    private void watchIdle(long afterNanos) {
        idle = callerChannel
                .eventLoop()
                .schedule(
                        () -> {
                            long rest = idleNanos - (nanoClock.getAsLong() - lastAt);
                            if (rest <= 0) {
                                leave();
                            } else {
                                watchIdle(rest);
                            }
                        },
                        afterNanos,
                        TimeUnit.NANOSECONDS);
    }

    private void closeBoth() {
        callerChannel.unsafe().close(callerChannel.newPromise());
        instanceChannel.unsafe().close(instanceChannel.newPromise());
    }

    private void closed(Side side) {
        ended = true;
        ScheduledFuture<?> watching = idle;
        if (watching != null) {
            watching.cancel(false);
        }
        if (side == caller) {
            over.run();
        }
        // What was read is still written.
        Channel other = side.other;
        ChannelHandlerContext to = (side == caller ? instance : caller).own;
        if (to != null && other.isActive()) {
            ChannelFuture unusedClosing =
                    to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            ScheduledFuture<?> limit = other.eventLoop()
                    .schedule(() -> other.unsafe().close(other.newPromise()), FLUSH_NANOS, TimeUnit.NANOSECONDS);
            ChannelFuture unusedListening = other.closeFuture().addListener(done -> limit.cancel(false));
        }
    }

    private static ByteBuf closingFrame(boolean masked) {
        // The mask hides nothing here: callers must mask, and 0 is one, too.
        ByteBuf frame = Unpooled.buffer(8).writeByte(0x88).writeByte(masked ? 0x82 : 0x02);
        if (masked) {
            frame.writeInt(0);
        }
        return frame.writeShort(GOING_AWAY);
    }

    /** What one of the two sends, on its way to the other. */
    private final class Side extends ChannelDuplexHandler {
        private final Channel other;
        private final boolean isCaller;
        private final FrameFollower frames = new FrameFollower();
        private @Nullable ChannelHandlerContext own;
        /** The other one was told that nothing follows: what still comes is looked at and dropped. */
        private boolean parted;

        private boolean waiting;

        private Side(Channel other, boolean isCaller) {
            this.other = other;
            this.isCaller = isCaller;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            own = context;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf octets) {
                lastAt = nanoClock.getAsLong();
                take(octets);
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        /** Takes over the buffer. */
        private void take(ByteBuf octets) {
            if (parted) {
                drop(octets, octets.readerIndex());
                return;
            }
            int end = frames.follow(octets, octets.readerIndex(), leaving);
            if (!leaving || end == octets.writerIndex()) {
                write(octets);
                if (leaving && frames.isBetweenFrames()) {
                    takeLeave();
                }
                return;
            }
            write(octets.retainedSlice(octets.readerIndex(), end - octets.readerIndex()));
            takeLeave();
            drop(octets, end);
        }

        private void drop(ByteBuf octets, int from) {
            frames.follow(octets, from, false);
            octets.release();
            if (isCaller && frames.isClosed()) {
                closeBoth();
            }
        }

        /** As soon as a frame ends. */
        private void takeLeave() {
            if (!parted && frames.isBetweenFrames()) {
                parted = true;
                if (!frames.isClosed()) {
                    write(closingFrame(isCaller));
                }
                flush();
                readOn();
            }
        }

        private void write(ByteBuf octets) {
            // Past the HTTP handlers of the caller's connection, which know nothing of this.
            ChannelHandlerContext to = (isCaller ? instance : caller).own;
            if (to == null || !other.isActive()) {
                octets.release();
                return;
            }
            ChannelFuture unusedWriting = to.write(octets);
        }

        private void flush() {
            ChannelHandlerContext to = (isCaller ? instance : caller).own;
            if (to != null) {
                to.flush();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            flush();
            readOn();
        }

        private void readOn() {
            waiting = !parted && !other.isWritable();
            ChannelHandlerContext context = own;
            if (!waiting && context != null) {
                context.read();
            }
        }

        @Override
        public void read(ChannelHandlerContext context) {
            // Nobody above reads any more.
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
            Side opposite = isCaller ? instance : caller;
            if (opposite.waiting) {
                opposite.readOn();
            }
            super.channelWritabilityChanged(context);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            closed(this);
            super.channelInactive(context);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            ChannelFuture unusedClosing = context.close();
        }
    }
}
