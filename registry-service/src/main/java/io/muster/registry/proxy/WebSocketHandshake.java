package io.muster.registry.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** Asks one instance for a WebSocket, on a connection of its own. Its answer is bounded: one that is none of HTTP/1.1 or too long fails. */
final class WebSocketHandshake extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final int MAX_HEAD = 64 * 1024;
    private static final int MAX_BODY = 64 * 1024;

    private final DefaultFullHttpRequest request;
    private final MonoSink<Answer> sink;
    private final long answerNanos;
    private final HttpClientCodec codec = new HttpClientCodec(8 * 1024, MAX_HEAD, 8 * 1024);
    private final HttpObjectAggregator aggregator = new HttpObjectAggregator(MAX_BODY);
    private @Nullable ScheduledFuture<?> limit;
    private boolean answered;

    /**
     * What an instance says, while {@link #ask} hands it out.
     *
     * @param channel the connection; with 101 it is whoever gets it who closes it, and it does not read by itself any more
     * @param head its status, headers and, if it is not 101, its body; retained by whoever wants it for longer
     */
    record Answer(Channel channel, FullHttpResponse head) {
        boolean isAgreed() {
            return head.status().code() == 101;
        }
    }

    private WebSocketHandshake(DefaultFullHttpRequest request, MonoSink<Answer> sink, long answerNanos) {
        this.request = request;
        this.sink = sink;
        this.answerNanos = answerNanos;
    }

    /**
     * Asks when it is subscribed to; what comes is handed out on the event loop.
     *
     * @param beside whose event loop it runs on
     */
    static Mono<Answer> ask(
            Backends backends,
            InstanceTarget instance,
            Channel beside,
            DefaultFullHttpRequest request,
            long answerNanos) {
        return Mono.create(sink -> {
            WebSocketHandshake handshake = new WebSocketHandshake(request, sink, answerNanos);
            ChannelFuture connecting = backends.connect(instance, beside, handshake.handlers());
            sink.onCancel(() -> {
                ChannelFuture unusedClosing = connecting.channel().close();
            });
            ChannelFuture unusedListening = connecting.addListener(done -> {
                if (!done.isSuccess()) {
                    sink.error(done.cause());
                }
            });
        });
    }

    private ChannelHandler[] handlers() {
        return new ChannelHandler[] {codec, aggregator, this};
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        limit = context.executor()
                .schedule(() -> fail(context, ReadTimeoutException.INSTANCE), answerNanos, TimeUnit.NANOSECONDS);
        ChannelFuture unusedAsking = context.writeAndFlush(request);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        int status = response.status().code();
        if (answered || (status < 200 && status != 101)) {
            return;
        }
        if (response.decoderResult().isFailure()
                || (status == 101
                        && !response.headers()
                                .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true))) {
            fail(context, new IOException("the instance's answer to a WebSocket's handshake was none"));
            return;
        }
        answer();
        if (status == 101) {
            context.channel().config().setAutoRead(false);
            context.pipeline().remove(aggregator);
            codec.removeOutboundHandler();
            sink.success(new Answer(context.channel(), response));
            // Later, because it may hold what came behind its answer.
            context.executor().execute(() -> {
                if (!context.isRemoved()) {
                    context.pipeline().remove(codec);
                    context.pipeline().remove(this);
                }
            });
        } else {
            sink.success(new Answer(context.channel(), response));
            ChannelFuture unusedClosing = context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        fail(context, new ClosedChannelException());
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause);
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        if (!answered) {
            answer();
            sink.error(cause);
        }
        ChannelFuture unusedClosing = context.close();
    }

    private void answer() {
        answered = true;
        ScheduledFuture<?> current = limit;
        if (current != null) {
            current.cancel(false);
        }
    }
}
