package io.muster.registry.proxy;

import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContextBuilder;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLException;
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
    private final ConcurrentMap<InstanceTarget, HttpClient> clients = new ConcurrentHashMap<>();

    Backends(ProxyProperties properties, LoopResources loops) {
        int most = properties.limits().connectionsPerInstance();
        Duration connect = properties.timeouts().connect();
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
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connect.toMillis())
                .responseTimeout(properties.timeouts().answer())
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(64 * 1024).maxInitialLineLength(8 * 1024));
        try {
            io.netty.handler.ssl.SslContext context =
                    SslContextBuilder.forClient().build();
            this.secure = plain.secure(ssl -> ssl.sslContext(context));
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

    void close() {
        connections.disposeLater().block(Duration.ofSeconds(5));
    }
}
