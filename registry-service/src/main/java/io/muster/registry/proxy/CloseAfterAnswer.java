package io.muster.registry.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import reactor.netty.NettyPipeline;

/**
 * Moves {@code Connection: close} of a request to a header of our own: Reactor Netty 1.2.18 would end the connection with the answer of the request
 * ahead of it, where there is one.
 */
final class CloseAfterAnswer extends ChannelInboundHandlerAdapter {
    private static final String MARK = "X-Muster-Close";

    private CloseAfterAnswer() {}

    static void install(Channel channel) {
        channel.pipeline().addAfter(NettyPipeline.HttpCodec, "muster-close", new CloseAfterAnswer());
    }

    /** Whether the connection ends with the answer of this request. */
    static boolean isAsked(HttpHeaders headers) {
        return headers.contains(MARK);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpRequest request) {
            HttpHeaders headers = request.headers();
            headers.remove(MARK);
            if (request.protocolVersion().minorVersion() > 0
                    && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true)) {
                String others = String.join(",", headers.getAll(HttpHeaderNames.CONNECTION))
                        .replaceAll("(?i)(^|,)\\s*close\\s*(?=,|$)", "$1");
                headers.set(HttpHeaderNames.CONNECTION, others);
                headers.set(MARK, "1");
            }
        }
        super.channelRead(context, message);
    }
}
