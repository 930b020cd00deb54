package io.muster.registry.security;

import io.muster.registry.RegistryProperties;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.stereotype.Component;

/** Refuses to start a server that is open to the network without being told so. */
@Component
final class BindAddressCheck implements InitializingBean {
    private final RegistryProperties registry;
    private final ServerProperties server;
    private final ManagementServerProperties management;

    BindAddressCheck(RegistryProperties registry, ServerProperties server, ManagementServerProperties management) {
        this.registry = registry;
        this.server = server;
        this.management = management;
    }

    @Override
    public void afterPropertiesSet() {
        if (registry.auth().mode() == RegistryProperties.Auth.Mode.NONE) {
            return;
        }
        requireLoopback("server.address", server.getAddress());
        if (management.getPort() != null && management.getPort() >= 0) {
            requireLoopback("management.server.address", management.getAddress());
        }
    }

    private static void requireLoopback(String property, @Nullable InetAddress address) {
        if (address == null || !address.isLoopbackAddress()) {
            throw new UnsafeBindAddressException(
                    property, address == null ? "every address of this machine" : address.getHostAddress());
        }
    }
}
