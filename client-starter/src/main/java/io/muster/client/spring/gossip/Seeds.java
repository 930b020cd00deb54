package io.muster.client.spring.gossip;

import io.muster.api.InvalidFieldException;
import io.muster.gossip.protocol.NodeAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Members to join through, as people write them. */
final class Seeds {
    private static final Logger log = LoggerFactory.getLogger(Seeds.class);
    private static final String PROPERTY = "muster.gossip.seeds";
    private static final int DEFAULT_PORT = 7072;
    private static final int MAX_PORT = 65_535;

    private Seeds() {}

    private record HostPort(String host, int port) {}

    /** @throws InvalidFieldException if it is no {@code host}, {@code host:port}, or {@code [IPv6]:port} */
    static void requireValid(String seed) {
        HostPort unused = parse(seed);
    }

    /**
     * All their addresses; names are resolved, which may block.
     *
     * @throws InvalidFieldException if there are seeds and none of them can be resolved
     */
    static List<NodeAddress> resolve(List<String> seeds) {
        Set<NodeAddress> found = new LinkedHashSet<>();
        List<String> unknown = new ArrayList<>();
        for (String seed : seeds) {
            HostPort parsed = parse(seed);
            try {
                for (InetAddress address : InetAddress.getAllByName(parsed.host())) {
                    found.add(new NodeAddress(literal(address), parsed.port()));
                }
            } catch (UnknownHostException e) {
                unknown.add(seed);
                log.debug("Seed {} cannot be resolved", seed, e);
            }
        }
        if (found.isEmpty() && !seeds.isEmpty()) {
            throw new InvalidFieldException(PROPERTY, "hosts of which at least one can be resolved", seeds);
        }
        if (!unknown.isEmpty()) {
            log.warn("Joining without the seeds {}: they cannot be resolved", unknown);
        }
        return List.copyOf(found);
    }

    private static HostPort parse(String seed) {
        String text = seed.strip();
        int end = text.startsWith("[") ? text.indexOf(']') : -1;
        int colon = text.indexOf(':', Math.max(end, 0));
        boolean bareLiteral = end < 0 && colon >= 0 && text.indexOf(':', colon + 1) >= 0;
        String host = text;
        int port = DEFAULT_PORT;
        if (!bareLiteral && colon >= 0) {
            host = text.substring(0, colon);
            port = port(seed, text.substring(colon + 1));
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '[' || c == ']' || c == '/')) {
            throw invalid(seed);
        }
        return new HostPort(host, port);
    }

    private static int port(String seed, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            log.debug("No port: {}", text, e);
        }
        throw invalid(seed);
    }

    /** Without the scope that Java appends to a link-local IPv6 address. */
    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    private static InvalidFieldException invalid(String seed) {
        return new InvalidFieldException(PROPERTY, "host:port each, with a port from 1 to 65535", seed);
    }
}
