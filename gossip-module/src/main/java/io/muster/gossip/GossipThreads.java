package io.muster.gossip;

import io.muster.gossip.wire.SharedClaims;
import io.netty.channel.EventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The threads of any number of nodes in this JVM; each node stays on one of them. Thread-safe. */
public final class GossipThreads implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    private final NioEventLoopGroup loops;
    private final Map<EventLoop, SharedClaims> claims = new HashMap<>();

    /**
     * @param threads 1 to 64; one does for hundreds of nodes
     */
    public GossipThreads(int threads) {
        if (threads < 1 || threads > 64) {
            throw new IllegalArgumentException("threads must be 1 to 64 but was " + threads);
        }
        this.loops = new NioEventLoopGroup(threads, new DefaultThreadFactory("muster-gossip", true));
        loops.forEach(loop -> claims.put((EventLoop) loop, new SharedClaims()));
    }

    EventLoop next() {
        return loops.next();
    }

    /** What the nodes of one of these threads share. */
    SharedClaims claims(EventLoop loop) {
        return Objects.requireNonNull(claims.get(loop), "loop");
    }

    /** Ends the threads, and with them all nodes that are still there, without a farewell. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
