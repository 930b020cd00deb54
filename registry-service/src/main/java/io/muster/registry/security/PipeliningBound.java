package io.muster.registry.security;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import reactor.netty.NettyPipeline;

/**
 * Closes a connection that sends many requests ahead of their answers. The server keeps such requests until their turn comes,
 * and behind a stream it never comes: without a bound one client could fill the memory.
 *
 * <p>It also goes on reading when all that has come is answered. Reactor Netty 1.2.18 does not where a request came before the one ahead of it was
 * over, as that of any quick client may, and was answered at once: the next one was never read (reactor-netty issue 4361).
 */
public final class PipeliningBound extends ChannelDuplexHandler {
    private static final int MAX_OPEN_REQUESTS = 8;

    private int open;
    private boolean informational;

    private PipeliningBound() {}

    /** Puts a bound of its own into the connection's pipeline. */
    public static void install(Channel channel) {
        channel.pipeline().addAfter(NettyPipeline.HttpCodec, "muster-pipelining", new PipeliningBound());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpRequest) {
            open++;
        }
        if (open > MAX_OPEN_REQUESTS) {
            ReferenceCountUtil.release(message);
            ChannelFuture unusedClosing = context.close();
            return;
        }
        super.channelRead(context, message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof HttpResponse response) {
            HttpResponseStatus status = response.status();
            informational = status.code() >= 100 && status.code() < 200;
        }
        if (message instanceof LastHttpContent && !informational) {
            open--;
            // Once the server is done with the request, in later tasks of this loop: it may have kept the next one,
            // which reads by itself.
            context.executor().execute(() -> context.executor().execute(() -> readOn(context)));
        }
        super.write(context, message, promise);
    }

    private void readOn(ChannelHandlerContext context) {
        if (open == 0 && context.channel().isActive()) {
            context.read();
        }
    }
}
