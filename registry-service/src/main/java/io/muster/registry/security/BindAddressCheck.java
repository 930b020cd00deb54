package io.muster.registry.security;

import io.muster.registry.security.SecurityProperties.Auth.Mode;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.web.server.Ssl;
import org.springframework.stereotype.Component;

/** Refuses to start a server that is open to the network without being told so. */
@Component
final class BindAddressCheck implements InitializingBean {
    private static final Logger log = LoggerFactory.getLogger(BindAddressCheck.class);

    private final Mode mode;
    private final ServerProperties server;
    private final ManagementServerProperties management;

    BindAddressCheck(SecurityProperties security, ServerProperties server, ManagementServerProperties management) {
        this.mode = security.auth().mode();
        this.server = server;
        this.management = management;
    }

    @Override
    public void afterPropertiesSet() {
        if (server.getHttp2() != null && server.getHttp2().isEnabled()) {
            throw new IllegalArgumentException(
                    "server.http2.enabled must be false but was true: the server's bounds count the requests of a connection");
        }
        boolean managed = management.getPort() != null && management.getPort() >= 0;
        switch (mode) {
            case NONE -> log.debug("Whoever reaches this server may call it: muster.server.auth.mode=none");
            case TOKEN -> {
                boolean plain = isExposed(server.getAddress()) && !Ssl.isEnabled(server.getSsl());
                boolean plainManagement =
                        managed && isExposed(management.getAddress()) && !Ssl.isEnabled(management.getSsl());
                if (plain || plainManagement) {
                    log.warn(
                            "Tokens travel unencrypted to this server: {}. Whoever sees them on the way can use them. Set"
                                    + " {}.bundle, or end TLS in front of it",
                            plain ? "server.address is not loopback" : "management.server.address is not loopback",
                            plain ? "server.ssl" : "management.server.ssl");
                }
            }
            case LOOPBACK -> {
                requireLoopback("server.address", server.getAddress());
                if (managed) {
                    requireLoopback("management.server.address", management.getAddress());
                }
            }
        }
    }

    private static boolean isExposed(@Nullable InetAddress address) {
        return address == null || !address.isLoopbackAddress();
    }

    private static void requireLoopback(String property, @Nullable InetAddress address) {
        if (isExposed(address)) {
            throw new UnsafeBindAddressException(
                    property, address == null ? "every address of this machine" : address.getHostAddress());
        }
    }
}
