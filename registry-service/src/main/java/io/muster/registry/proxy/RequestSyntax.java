package io.muster.registry.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.NettyPipeline;

/**
 * Stands before a connection's HTTP decoder and passes nothing on that breaks the rules of {@link RequestHead} and {@link ChunkedBody}, so that the decoder,
 * which is lenient, never sees it. It also keeps the time: of heads and bodies that do not come, and of readers that take nothing.
 *
 * <p>A head that is refused is replaced by a request that only {@link #refusal} marks, so that its answer takes its turn behind those of the
 * requests ahead of it. A body that is refused fails with its {@link Refusal}, by {@link #refusedBody}. Nothing that follows is read.
 */
final class RequestSyntax extends ChannelDuplexHandler {
    /** Marked by the attribute beside it: a caller that sends the same is only refused. */
    private static final byte[] REFUSED = "GET / HTTP/1.1\r\nHost: refused\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final AttributeKey<Refusal> REFUSAL = AttributeKey.valueOf("muster.proxy.refusal");
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long MAX_LINGERING_BYTES = 8 * 1024 * 1024;

    private final Bounds bounds;
    private final LongSupplier nanoClock;
    private Phase phase = Phase.HEAD;
    private @Nullable ByteBuf pending;
    private @Nullable ChunkedBody chunks;
    private long remaining;
    private boolean reading;
    /** Of the requests that nobody has asked for yet: as many as may be sent ahead. */
    private final Deque<Sinks.Empty<Void>> bodies = new ArrayDeque<>();

    private Sinks.@Nullable Empty<Void> body;
    private long since;
    private long refusedAt;
    private long drained;
    private @Nullable Object writing;
    private long written;
    private long writingSince;
    private @Nullable ScheduledFuture<?> ticks;

    private enum Phase {
        HEAD,
        BODY,
        CHUNKS,
        /** The head of a WebSocket's handshake is passed on; what follows is held until it is answered. */
        HANDSHAKE,
        TUNNEL,
        REFUSED
    }

    /**
     * What is allowed.
     *
     * @param maxHead octets of a head, also of trailers
     * @param maxHeaders headers of a request
     * @param maxBody octets of a body; 0 for any number
     * @param headNanos how long a head may take
     * @param bodyNanos how long a body that is waited for may make no progress
     * @param stalledNanos how long a reader may take nothing
     */
    record Bounds(int maxHead, int maxHeaders, long maxBody, long headNanos, long bodyNanos, long stalledNanos) {
        private long tickNanos() {
            return Math.max(Math.min(headNanos, Math.min(bodyNanos, stalledNanos)) / 4, 10_000_000);
        }
    }

    private RequestSyntax(Bounds bounds, LongSupplier nanoClock) {
        this.bounds = bounds;
        this.nanoClock = nanoClock;
    }

    static void install(Channel channel, Bounds bounds, LongSupplier nanoClock) {
        channel.pipeline().addBefore(NettyPipeline.HttpCodec, "muster-syntax", new RequestSyntax(bounds, nanoClock));
    }

    /** Why the request that stands for a refused one is refused; null for any other. */
    static @Nullable Refusal refusal(Channel channel, String host) {
        return host.equals("refused") ? channel.attr(REFUSAL).get() : null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        long tick = bounds.tickNanos();
        ticks = context.executor().scheduleAtFixedRate(() -> tick(context), tick, tick, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ScheduledFuture<?> current = ticks;
        if (current != null) {
            current.cancel(false);
        }
        if (pending != null) {
            pending.release();
            pending = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        ScheduledFuture<?> current = ticks;
        if (current != null) {
            current.cancel(false);
        }
        super.channelInactive(context);
    }

    @Override
    public void read(ChannelHandlerContext context) throws Exception {
        if (phase == Phase.HANDSHAKE && pending != null) {
            // One who does not wait for the answer is not read any further.
            return;
        }
        if (!reading) {
            reading = true;
            if (phase == Phase.BODY || phase == Phase.CHUNKS) {
                since = nanoClock.getAsLong();
            }
        }
        super.read(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        reading = false;
        if (!(message instanceof ByteBuf buffer)) {
            super.channelRead(context, message);
            return;
        }
        if (phase == Phase.REFUSED) {
            drained += buffer.readableBytes();
            buffer.release();
            if (drained > MAX_LINGERING_BYTES) {
                context.channel().unsafe().close(context.newPromise());
            } else {
                context.read();
            }
            return;
        }
        if (phase == Phase.HANDSHAKE) {
            pending = pending == null ? buffer : Unpooled.wrappedBuffer(pending, buffer);
            return;
        }
        ByteBuf all = buffer;
        if (pending != null) {
            all = Unpooled.wrappedBuffer(pending, buffer);
            pending = null;
        } else if (phase == Phase.HEAD) {
            since = nanoClock.getAsLong();
        }
        scan(context, all);
    }

    /** Passes on what is complete and in order; keeps the beginning of a head. Takes over the buffer. */
    private void scan(ChannelHandlerContext context, ByteBuf in) {
        int at = in.readerIndex();
        int passed = at;
        try {
            while (at < in.writerIndex() && phase != Phase.HANDSHAKE) {
                int next = step(in, at);
                if (next < 0) {
                    break;
                }
                at = next;
                passed = at;
            }
        } catch (Refusal refusal) {
            refuse(context, in, passed, refusal);
            return;
        }
        int kept = in.writerIndex() - passed;
        if (kept == 0) {
            context.fireChannelRead(in);
            return;
        }
        ByteBuf rest = context.alloc().buffer(kept);
        rest.writeBytes(in, passed, kept);
        pending = rest;
        pass(context, in, passed);
        if (phase != Phase.HANDSHAKE) {
            // Nobody above knows that more is needed.
            context.read();
        }
    }

    /** How far one part of the message goes; -1 when its head is not complete. */
    private int step(ByteBuf in, int at) {
        switch (phase) {
            case HEAD -> {
                int from = at;
                if (in.getByte(from) == '\r' && from + 1 < in.writerIndex() && in.getByte(from + 1) == '\n') {
                    // One empty line ahead of a request is passed over (RFC 9112 section 2.2); the decoder does that,
                    // too.
                    from += 2;
                }
                int end = endOfHead(in, from);
                if (end < 0) {
                    return -1;
                }
                begin(RequestHead.read(in, from, end, bounds.maxHeaders()));
                return end;
            }
            case BODY -> {
                long taken = Math.min(remaining, in.writerIndex() - at);
                remaining -= taken;
                if (remaining == 0) {
                    phase = Phase.HEAD;
                }
                return at + (int) taken;
            }
            default -> {
                ChunkedBody current = chunks;
                if (current == null) {
                    throw new IllegalStateException("no octet is looked at in phase " + phase);
                }
                int next = current.follow(in, at);
                if (current.isDone()) {
                    phase = Phase.HEAD;
                }
                return next;
            }
        }
    }

    /**
     * Fails when the body of the next request with one turns out to break a rule; completes never. For each such request once, in their order, on the
     * connection's event loop.
     */
    static Mono<Void> refusedBody(Channel channel) {
        RequestSyntax syntax = channel.pipeline().get(RequestSyntax.class);
        Sinks.Empty<Void> next = syntax == null ? null : syntax.bodies.poll();
        return next == null ? Mono.never() : next.asMono();
    }

    /**
     * The handshake that came last is agreed to: gives what followed it and looks at nothing any more. The caller releases what it gets. On the
     * connection's event loop.
     */
    ByteBuf beginTunnel() {
        ByteBuf held = pending == null ? Unpooled.EMPTY_BUFFER : pending;
        pending = null;
        phase = Phase.TUNNEL;
        return held;
    }

    private void begin(long length) {
        if (length == RequestHead.WEB_SOCKET) {
            phase = Phase.HANDSHAKE;
            return;
        }
        if (length == RequestHead.CHUNKED) {
            phase = Phase.CHUNKS;
            chunks = new ChunkedBody(bounds.maxHead(), bounds.maxBody());
        } else if (length > 0) {
            if (bounds.maxBody() > 0 && length > bounds.maxBody()) {
                throw new Refusal(413, "the body must be at most " + bounds.maxBody() + " bytes but was " + length);
            }
            phase = Phase.BODY;
            remaining = length;
        }
        if (phase != Phase.HEAD) {
            Sinks.Empty<Void> next = Sinks.empty();
            body = next;
            bodies.add(next);
        }
    }

    private int endOfHead(ByteBuf in, int from) {
        int line = from;
        int most = Math.min(in.writerIndex(), from + bounds.maxHead());
        while (true) {
            int feed = line < most ? in.indexOf(line, most, (byte) '\n') : -1;
            if (feed < 0) {
                if (in.writerIndex() - from >= bounds.maxHead()) {
                    boolean target = line == from;
                    throw new Refusal(
                            target ? 414 : 431,
                            (target ? "the target" : "the request line and headers") + " must be less than "
                                    + bounds.maxHead() + " bytes but were not");
                }
                return -1;
            }
            if (feed == line || in.getByte(feed - 1) != '\r') {
                throw new Refusal(400, "lines must end with CR and LF but one did not");
            }
            if (feed == line + 1 && line > from) {
                return feed + 1;
            }
            line = feed + 1;
        }
    }

    private void refuse(ChannelHandlerContext context, ByteBuf in, int passed, Refusal refusal) {
        boolean head = phase == Phase.HEAD;
        pass(context, in, passed);
        refuse(context, head, refusal);
    }

    private void refuse(ChannelHandlerContext context, boolean head, Refusal refusal) {
        phase = Phase.REFUSED;
        refusedAt = nanoClock.getAsLong();
        if (pending != null) {
            pending.release();
            pending = null;
        }
        if (head) {
            context.channel().attr(REFUSAL).set(refusal);
            context.fireChannelRead(Unpooled.wrappedBuffer(REFUSED));
        } else {
            Sinks.Empty<Void> current = body;
            if (current != null) {
                current.tryEmitError(refusal);
            }
        }
        context.fireChannelReadComplete();
    }

    private static void pass(ChannelHandlerContext context, ByteBuf in, int until) {
        int length = until - in.readerIndex();
        if (length > 0) {
            context.fireChannelRead(ByteBufUtil.readBytes(context.alloc(), in, length));
        }
        ReferenceCountUtil.release(in);
    }

    private void tick(ChannelHandlerContext context) {
        long now = nanoClock.getAsLong();
        if (isStalled(context.channel(), now)) {
            context.channel().unsafe().close(context.newPromise());
        } else if (phase == Phase.REFUSED && now - refusedAt > bounds.headNanos() + LINGER_NANOS) {
            context.channel().unsafe().close(context.newPromise());
        } else if (phase == Phase.HEAD && pending != null && now - since > bounds.headNanos()) {
            refuse(context, true, new Refusal(408, "the headers must come within " + millis(bounds.headNanos())));
        } else if ((phase == Phase.BODY || phase == Phase.CHUNKS) && reading && now - since > bounds.bodyNanos()) {
            refuse(context, false, new Refusal(408, "the body must go on within " + millis(bounds.bodyNanos())));
        }
    }

    private boolean isStalled(Channel channel, long now) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        Object current = buffer == null ? null : buffer.current();
        if (buffer == null || current == null) {
            writing = null;
            return false;
        }
        if (current != writing || buffer.currentProgress() != written) {
            writing = current;
            written = buffer.currentProgress();
            writingSince = now;
            return false;
        }
        return now - writingSince > bounds.stalledNanos();
    }

    /**
     * A caller that is still sending would not see its answer: what it sends to a closed connection resets it. So the answer is ended first, and what
     * still comes is thrown away for a moment.
     */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
        boolean sending =
                phase == Phase.REFUSED || phase == Phase.BODY || phase == Phase.CHUNKS || phase == Phase.HANDSHAKE;
        if (!sending
                || !(context.channel() instanceof SocketChannel socket)
                || socket.isOutputShutdown()
                || !socket.isActive()) {
            super.close(context, promise);
            return;
        }
        phase = Phase.REFUSED;
        refusedAt = nanoClock.getAsLong();
        ChannelFuture unusedEnding = socket.shutdownOutput().addListener(done -> {
            context.read();
            ScheduledFuture<?> unused =
                    context.executor().schedule(() -> closeNow(context, promise), LINGER_NANOS, TimeUnit.NANOSECONDS);
        });
    }

    private static void closeNow(ChannelHandlerContext context, ChannelPromise promise) {
        ChannelFuture unused = context.close(promise);
    }

    private static String millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + " ms but did not";
    }
}
