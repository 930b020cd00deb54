package io.muster.registry;

import io.muster.registry.security.ConnectionBound;
import io.muster.registry.security.PipeliningBound;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/** Bounds what connections may do to a web server. */
@Component
final class ServerGuard implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {
    private final RegistryProperties properties;
    private final ConnectionBound connections;

    ServerGuard(RegistryProperties properties, ConnectionBound connections) {
        this.properties = properties;
        this.connections = connections;
    }

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        factory.addServerCustomizers(this::bound);
    }

    private HttpServer bound(HttpServer server) {
        // The bounds count requests of a connection; HTTP/2 would need others.
        return server.protocol(HttpProtocol.HTTP11)
                .requestTimeout(properties.limits().requestTimeout())
                .doOnChannelInit((observer, channel, address) -> {
                    connections.accept(channel);
                    PipeliningBound.install(channel);
                });
    }
}
