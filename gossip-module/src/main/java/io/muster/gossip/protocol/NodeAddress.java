package io.muster.gossip.protocol;

/**
 * Where a node listens, for datagrams and for streams alike. The host is a literal IP address: gossip never makes anybody
 * resolve a name.
 *
 * @param host 2 to 45 characters of an IPv4 or IPv6 literal
 * @param port 1 to 65535
 */
public record NodeAddress(String host, int port) implements Comparable<NodeAddress> {
    private static final int MIN_HOST = 2;
    private static final int MAX_HOST = 45;

    public NodeAddress {
        if (host.length() < MIN_HOST || host.length() > MAX_HOST || !isLiteral(host)) {
            throw new IllegalArgumentException("host must be a literal IP address but was " + Text.shown(host));
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be 1 to 65535 but was " + port);
        }
    }

    /** By host as text, then by port; an order without meaning, the same everywhere. */
    @Override
    public int compareTo(NodeAddress other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    private static boolean isLiteral(String host) {
        boolean separated = false;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean separator = c == '.' || c == ':';
            if (c > 'f' || (!separator && Character.digit(c, 16) < 0)) {
                return false;
            }
            separated |= separator;
        }
        return separated;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
