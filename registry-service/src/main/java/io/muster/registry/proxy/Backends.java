package io.muster.registry.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** Connections to instances: one pool for each address, which ends when nobody has used it for a while. Thread-safe. */
final class Backends {
    private static final int MAX_CLIENTS = 10_000;

    private final ConnectionProvider connections;
    private final HttpClient plain;
    private final HttpClient secure;
    private final SslContext tls;
    private final int connectMillis;
    private final ConcurrentMap<InstanceTarget, HttpClient> clients = new ConcurrentHashMap<>();

    Backends(ProxyProperties properties, LoopResources loops) {
        int most = properties.limits().connectionsPerInstance();
        Duration connect = properties.timeouts().connect();
        this.connectMillis = (int) connect.toMillis();
        this.connections = ConnectionProvider.builder("muster-proxy")
                .maxConnections(most)
                .pendingAcquireMaxCount(Math.max(most * 2, 16))
                .pendingAcquireTimeout(connect.plusSeconds(1))
                .maxIdleTime(Duration.ofSeconds(20))
                .evictInBackground(Duration.ofSeconds(10))
                .disposeInactivePoolsInBackground(Duration.ofSeconds(30), Duration.ofSeconds(60))
                .lifo()
                .build();
        this.plain = HttpClient.create(connections)
                .runOn(loops)
                .protocol(HttpProtocol.HTTP11)
                .noProxy()
                .disableRetry(true)
                .followRedirect(false)
                .compress(false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .responseTimeout(properties.timeouts().answer())
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(64 * 1024).maxInitialLineLength(8 * 1024));
        try {
            this.tls = SslContextBuilder.forClient().build();
            this.secure = plain.secure(ssl -> ssl.sslContext(tls));
        } catch (SSLException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /** What calls that instance, and nobody else. */
    HttpClient client(InstanceTarget instance) {
        HttpClient known = clients.get(instance);
        if (known != null) {
            return known;
        }
        if (clients.size() >= MAX_CLIENTS) {
            // They are only shortcuts.
            clients.clear();
        }
        HttpClient made = (instance.secure() ? secure : plain).remoteAddress(instance::address);
        HttpClient before = clients.putIfAbsent(instance, made);
        return before == null ? made : before;
    }

    /**
     * Opens a connection of its own to an instance, on the event loop of another one.
     *
     * @param beside whose event loop and kind of channel it has
     * @param handlers what handles it, in this order, behind TLS where the instance speaks it
     */
    ChannelFuture connect(InstanceTarget instance, Channel beside, ChannelHandler... handlers) {
        return new Bootstrap()
                .group(beside.eventLoop())
                .channel(beside.getClass())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (instance.secure()) {
                            InetSocketAddress address = instance.address();
                            SslHandler handler =
                                    tls.newHandler(channel.alloc(), address.getHostString(), address.getPort());
                            SSLParameters parameters = handler.engine().getSSLParameters();
                            parameters.setEndpointIdentificationAlgorithm("HTTPS");
                            handler.engine().setSSLParameters(parameters);
                            channel.pipeline().addLast(handler);
                        }
                        channel.pipeline().addLast(handlers);
                    }
                })
                .connect(instance.address());
    }

    void close() {
        connections.disposeLater().block(Duration.ofSeconds(5));
    }
}
