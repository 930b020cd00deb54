package io.muster.registry.security;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds how many connections are open, from one client network and in all: what is beyond is closed unread. */
public final class ConnectionBound {
    private final int perClient;
    private final int total;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<Object, Integer> counts = new ConcurrentHashMap<>();

    /** @param limits how many there may be */
    public ConnectionBound(SecurityProperties.Limits limits) {
        this.perClient = limits.connectionsPerClient();
        this.total = limits.maxConnections();
    }

    /** Counts a connection that was just accepted until it is closed; or closes it. */
    public void accept(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress peer)) {
            ChannelFuture unusedClosing = channel.close();
            return;
        }
        Object client = ClientNetworks.of(peer.getAddress());
        int connections = counts.merge(client, 1, Integer::sum);
        int all = open.incrementAndGet();
        ChannelFuture unusedListening = channel.closeFuture().addListener(closed -> {
            open.decrementAndGet();
            counts.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
        });
        if (connections > perClient || all > total) {
            ChannelFuture unusedClosing = channel.close();
        }
    }
}
