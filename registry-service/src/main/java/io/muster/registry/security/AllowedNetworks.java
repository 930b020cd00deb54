package io.muster.registry.security;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where instances may be. Whoever registers says where the registry and all callers connect to, so addresses behind which
 * clouds keep credentials, and those that mean another host to everybody, are never allowed, however they are written.
 */
public final class AllowedNetworks {
    private static final List<IpSubnetFilterRule> NEVER = rules(List.of(
            "0.0.0.0/8",
            "169.254.0.0/16",
            "224.0.0.0/4",
            "255.255.255.255/32",
            // The metadata services of Alibaba, Azure and Oracle.
            "100.100.100.200/32",
            "168.63.129.16/32",
            "192.0.0.192/32",
            "::/128",
            "fe80::/10",
            "ff00::/8",
            // The metadata services of Amazon and Google.
            "fd00:ec2::254/128",
            "fd20:ce::254/128"));

    private final List<IpSubnetFilterRule> allowed;

    /**
     * @param networks each as {@code address/prefix}
     * @throws IllegalArgumentException when one is something else; the message names it
     */
    public AllowedNetworks(List<String> networks) {
        this.allowed = rules(networks);
    }

    /** Whether an instance of this caller may be there. */
    boolean allow(InetAddress address, InetAddress peer) {
        return !isNever(address) && (address.equals(peer) || contain(allowed, address));
    }

    /** Whether the address is in one of the networks. */
    public boolean contains(InetAddress address) {
        return contain(allowed, address);
    }

    /** Whether no instance may ever be there. */
    public static boolean isNever(InetAddress address) {
        InetAddress embedded = embedded(address);
        return contain(NEVER, address) || (embedded != null && contain(NEVER, embedded));
    }

    /** The address that a literal means; null when it is none. Never looks a name up. */
    public static @Nullable InetAddress literal(String host) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            if (bytes == null && host.indexOf(':') >= 0) {
                // The platform reads more forms of IPv6; in brackets it looks no name up.
                return InetAddress.getByName("[" + host + "]");
            }
            // Of an IPv4 address inside an IPv6 one (RFC 4291, 2.5.5.2) this makes the IPv4 address.
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static boolean contain(List<IpSubnetFilterRule> rules, InetAddress address) {
        InetSocketAddress socket = new InetSocketAddress(address, 0);
        for (IpSubnetFilterRule rule : rules) {
            if (rule.matches(socket)) {
                return true;
            }
        }
        return false;
    }

    /** The IPv4 address that translators and tunnels take out of an IPv6 one; null when there is none. */
    private static @Nullable InetAddress embedded(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != 16) {
            return null;
        }
        // The unspecified and the loopback address are none of these.
        boolean compatible = isZero(bytes, 0, 12) && !isZero(bytes, 12, 15);
        boolean translated =
                bytes[0] == 0 && bytes[1] == 0x64 && (bytes[2] & 0xff) == 0xff && (bytes[3] & 0xff) == 0x9b;
        boolean tunnelled = bytes[0] == 0x20 && bytes[1] == 0x02;
        try {
            if (compatible || translated) {
                return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
            }
            return tunnelled ? InetAddress.getByAddress(Arrays.copyOfRange(bytes, 2, 6)) : null;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static List<IpSubnetFilterRule> rules(List<String> networks) {
        List<IpSubnetFilterRule> rules = new ArrayList<>();
        for (String network : networks) {
            int slash = network.indexOf('/');
            try {
                InetAddress base = literal(network.substring(0, Math.max(0, slash)));
                if (base == null) {
                    throw new IllegalArgumentException("no address");
                }
                int prefix = Integer.parseInt(network.substring(slash + 1));
                rules.add(new IpSubnetFilterRule(base, prefix, IpFilterRuleType.ACCEPT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "muster.server.allowed-networks must be address/prefix each, such as 10.0.0.0/8, but was "
                                + network,
                        e);
            }
        }
        return List.copyOf(rules);
    }
}
