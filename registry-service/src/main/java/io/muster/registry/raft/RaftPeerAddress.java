package io.muster.registry.raft;

import java.util.regex.Pattern;

/**
 * A node of a cluster and where its peers reach it.
 *
 * @param id its name, the same for as long as its directory lives
 * @param host a name or an address
 * @param port 1 to 65535
 */
public record RaftPeerAddress(String id, String host, int port) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:-]{1,253}");

    /** @throws IllegalArgumentException when a part breaks its rule */
    public RaftPeerAddress {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("peer id must match " + ID + " but was \"" + id + "\"");
        }
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("peer host must match " + HOST + " but was \"" + host + "\"");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("peer port must be between 1 and 65535 but was " + port);
        }
    }

    /**
     * Reads {@code id=host:port}; an IPv6 address stands in brackets.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static RaftPeerAddress parse(String text) {
        int equals = text.indexOf('=');
        int colon = text.lastIndexOf(':');
        if (equals < 1 || colon < equals + 2) {
            throw new IllegalArgumentException("peer must be id=host:port but was \"" + text + "\"");
        }
        String host = text.substring(equals + 1, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            return new RaftPeerAddress(text.substring(0, equals), host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("peer must be id=host:port but was \"" + text + "\"", e);
        }
    }

    /** Where it is, as {@code host:port}. */
    public String address() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    @Override
    public String toString() {
        return id + "=" + address();
    }
}
