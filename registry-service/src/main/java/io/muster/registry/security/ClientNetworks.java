package io.muster.registry.security;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Tells clients without a token apart. */
final class ClientNetworks {
    private ClientNetworks() {}

    /** The address; of IPv6 the network of 64 bits, because whoever has one address there has them all. */
    static Object of(InetAddress address) {
        return address instanceof Inet6Address
                ? (Object) ByteBuffer.wrap(address.getAddress()).getLong()
                : address;
    }
}
