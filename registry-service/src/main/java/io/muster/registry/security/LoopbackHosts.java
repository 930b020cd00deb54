package io.muster.registry.security;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts the requests to a server on loopback name. A page in a browser of this machine whose own name was made to mean
 * loopback (DNS rebinding) reaches the server, too, but names itself.
 */
public final class LoopbackHosts {
    private static final String LOCALHOST = "localhost";

    private LoopbackHosts() {}

    /**
     * Whether a request to that host is meant for this machine.
     *
     * @param host the header with or without a port; null when there is none, which no browser does
     */
    public static boolean allow(@Nullable String host) {
        if (host == null || host.isEmpty()) {
            return true;
        }
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            InetAddress literal = end < 0 ? null : AllowedNetworks.literal(host.substring(1, end));
            return literal != null && literal.isLoopbackAddress() && isPort(host, end + 1);
        }
        int colon = host.indexOf(':');
        String name = (colon < 0 ? host : host.substring(0, colon)).toLowerCase(Locale.ROOT);
        boolean local = name.equals(LOCALHOST)
                || name.endsWith("." + LOCALHOST)
                || (name.startsWith("127.") && NetUtil.isValidIpV4Address(name));
        return local && isPort(host, colon < 0 ? host.length() : colon);
    }

    /** Whether nothing, or a colon and digits, begins there. */
    private static boolean isPort(String host, int from) {
        for (int i = from; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean fits = i == from ? c == ':' : c >= '0' && c <= '9';
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
