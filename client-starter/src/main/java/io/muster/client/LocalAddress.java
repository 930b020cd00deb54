package io.muster.client;

import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Finds the address at which this machine is seen from the registry. */
public final class LocalAddress {
    private static final int HTTP_PORT = 80;

    private LocalAddress() {}

    /**
     * The local address that the kernel's routes choose towards the first of the registries that has a route; empty when
     * none has. Sends nothing: a datagram socket is connected and closed again. Resolves host names, which may block.
     */
    public static Optional<InetAddress> towards(List<URI> registries) {
        for (URI registry : registries) {
            Optional<InetAddress> address = towards(registry);
            if (address.isPresent()) {
                return address;
            }
        }
        return Optional.empty();
    }

    private static Optional<InetAddress> towards(URI registry) {
        String host = registry.getHost();
        if (host == null) {
            return Optional.empty();
        }
        InetSocketAddress remote = new InetSocketAddress(host, registry.getPort() > 0 ? registry.getPort() : HTTP_PORT);
        if (remote.isUnresolved()) {
            return Optional.empty();
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(remote);
            InetAddress local = socket.getLocalAddress();
            return local.isAnyLocalAddress() ? Optional.empty() : Optional.of(local);
        } catch (SocketException | UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
