package io.muster.registry.probe;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Where instances may be looked at: on this machine and in private networks (RFC 1918, RFC 4193). Link-local addresses, where
 * clouds keep their metadata, never.
 */
public final class AllowedNetworks {
    /** Resolves a host, once, to an address that may be probed; empty when it has none. */
    Mono<InetSocketAddress> resolve(String host, int port) {
        return Mono.fromCallable(() -> InetAddress.getByName(host))
                .subscribeOn(Schedulers.boundedElastic())
                .filter(AllowedNetworks::contain)
                .map(address -> new InetSocketAddress(address, port));
    }

    static boolean contain(InetAddress address) {
        boolean uniqueLocal = address instanceof Inet6Address && (address.getAddress()[0] & 0xFE) == 0xFC;
        return address.isLoopbackAddress() || address.isSiteLocalAddress() || uniqueLocal;
    }
}
