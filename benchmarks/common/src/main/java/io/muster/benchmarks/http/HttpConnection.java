package io.muster.benchmarks.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kept connection with one request on its way at a time; further ones wait here. When it breaks, all that wait are answered
 * with status 0, and so are all later ones.
 */
public final class HttpConnection extends ChannelInboundHandlerAdapter {
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Bytes body = new Bytes();
    private final ReplyParser parser = new ReplyParser(new Collector());
    private @Nullable ChannelHandlerContext context;
    private boolean closed;
    private int status;

    /** Takes an answer. */
    @FunctionalInterface
    public interface Answer {
        /**
         * The request is answered, or will not be.
         *
         * @param status the answer's; 0 when the connection broke
         * @param body the answer's, valid during the call
         */
        void take(int status, Bytes body);
    }

    private static final class Waiting {
        private final byte[] request;
        private final Answer answer;

        Waiting(byte[] request, Answer answer) {
            this.request = request;
            this.answer = answer;
        }
    }

    private HttpConnection() {}

    /** Opens connections to a port of the loopback and waits for them. Not called on the loop. */
    public static List<HttpConnection> open(LoadLoop loop, int port, int count) throws IOException {
        List<HttpConnection> connections = new ArrayList<>();
        List<ChannelFuture> opening = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            HttpConnection connection = new HttpConnection();
            connections.add(connection);
            opening.add(loop.connect(port, connection));
        }
        for (ChannelFuture future : opening) {
            if (!future.awaitUninterruptibly().isSuccess()) {
                throw new IOException("Cannot connect to port " + port, future.cause());
            }
        }
        return connections;
    }

    /** Sends a request once those before it are answered. */
    public void send(byte[] request, Answer answer) {
        if (closed) {
            answer.take(0, body);
            return;
        }
        waiting.add(new Waiting(request, answer));
        if (waiting.size() == 1) {
            write(request);
        }
    }

    /** How many requests wait for their answer, the one on its way included. */
    public int waiting() {
        return waiting.size();
    }

    /** Closes it. */
    public void close() {
        closed = true;
        if (context != null) {
            var unused = context.close();
        }
    }

    private void write(byte[] request) {
        if (context != null) {
            var unused = context.writeAndFlush(Unpooled.wrappedBuffer(request), context.voidPromise());
        }
    }

    private void finish(int finalStatus) {
        Waiting done = waiting.poll();
        if (done == null) {
            return;
        }
        Waiting next = waiting.peek();
        if (next != null && !closed) {
            write(next.request);
        }
        done.answer.take(finalStatus, body);
    }

    @Override
    public void channelActive(ChannelHandlerContext activated) {
        context = activated;
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            parser.read(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ended) {
        closed = true;
        body.clear();
        while (!waiting.isEmpty()) {
            finish(0);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext broken, Throwable cause) {
        var unused = broken.close();
    }

    private final class Collector implements ReplyParser.Sink {
        @Override
        public void head(int answered) {
            status = answered;
            body.clear();
        }

        @Override
        public void body(ByteBuf in, int bytes) {
            body.append(in, bytes);
        }

        @Override
        public void end() {
            finish(status);
        }
    }
}
