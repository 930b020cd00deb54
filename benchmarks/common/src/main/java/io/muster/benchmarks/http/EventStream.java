package io.muster.benchmarks.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;

/** A stream of server-sent events, each handed on as the bytes that came. */
public final class EventStream extends ChannelInboundHandlerAdapter {
    private static final byte[] BLANK_LINE = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final byte[] request;
    private final Listener listener;
    private final Bytes pending = new Bytes();
    private final ReplyParser parser = new ReplyParser(new Splitter());

    /** Hears a stream. */
    public interface Listener {
        /** An event, or a comment, without the blank line that ends it; valid during the call. */
        void event(Bytes event);

        /** The stream ended, or never began. */
        void ended(int status);
    }

    private EventStream(byte[] request, Listener listener) {
        this.request = request;
        this.listener = listener;
    }

    /** Opens a stream. */
    public static void open(LoadLoop loop, int port, String target, Listener listener) {
        EventStream stream = new EventStream(Requests.stream(target), listener);
        var unused = loop.connect(port, stream).addListener(opened -> {
            if (!opened.isSuccess()) {
                listener.ended(0);
            }
        });
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var unused = context.writeAndFlush(Unpooled.wrappedBuffer(request), context.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            parser.read(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        listener.ended(200);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }

    private final class Splitter implements ReplyParser.Sink {
        private int scanned;

        @Override
        public void head(int status) {
            if (status != 200) {
                listener.ended(status);
            }
        }

        @Override
        public void body(ByteBuf in, int bytes) {
            pending.append(in, bytes);
            while (true) {
                int end = pending.indexOf(BLANK_LINE, Math.max(0, scanned - 1));
                if (end < 0) {
                    scanned = pending.length();
                    return;
                }
                listener.event(pending.first(end));
                scanned = 0;
                pending.drop(end + BLANK_LINE.length);
            }
        }

        @Override
        public void end() {
            // A stream that ends in good order ends with its connection, too.
        }
    }
}
