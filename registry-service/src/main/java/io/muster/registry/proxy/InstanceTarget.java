package io.muster.registry.proxy;

import io.muster.lb.Target;
import io.muster.registry.catalogue.InstanceRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;

/**
 * An instance as the proxy's balancers see it.
 *
 * @param id its id
 * @param generation its process
 * @param weight its share
 * @param zone where it runs
 * @param metadata what it says of itself
 * @param address where it is connected to: what the registry resolved its host to, never a name
 * @param authority what it calls itself: the host and port that it registered
 * @param secure whether it speaks TLS
 */
record InstanceTarget(
        String id,
        String generation,
        int weight,
        String zone,
        Map<String, String> metadata,
        InetSocketAddress address,
        String authority,
        boolean secure)
        implements Target {
    /** @throws IllegalStateException when the record has no address */
    static InstanceTarget of(InstanceRecord instance) {
        String host = instance.registration().host();
        int port = instance.registration().port();
        return new InstanceTarget(
                instance.key().id(),
                instance.generation().toString(),
                instance.weight(),
                instance.registration().zone(),
                instance.registration().metadata(),
                new InetSocketAddress(address(host, instance.address()), port),
                (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port,
                instance.registration().secure());
    }

    /** Of a literal and with the name beside it, so that nothing is looked up. */
    private static InetAddress address(String host, String address) {
        try {
            return InetAddress.getByAddress(host, InetAddress.getByName(address).getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of an instance must be an IP address but was " + address, e);
        }
    }
}
