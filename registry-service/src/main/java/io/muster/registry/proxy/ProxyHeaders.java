package io.muster.registry.proxy;

import io.muster.registry.security.AllowedNetworks;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What happens to headers on their way (RFC 9110 section 7.6): those of a connection end here, and each side is told of the other. Immutable. */
final class ProxyHeaders {
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            "proxy-authentication-info",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");
    private static final Set<String> FORWARDED = Set.of(
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-forwarded-prefix",
            "x-forwarded-ssl",
            "x-real-ip");
    private static final String OWN = "x-muster-";
    private static final String TOKEN_PREFIX = "Bearer mst_";

    private final String pseudonym;
    private final @Nullable AllowedNetworks trusted;

    /**
     * @param pseudonym how this proxy calls itself in Via; of its own, so that it knows a request that comes back
     * @param trustedProxies networks whose forwarding headers are believed
     */
    ProxyHeaders(String pseudonym, List<String> trustedProxies) {
        this.pseudonym = pseudonym;
        this.trusted = trustedProxies.isEmpty() ? null : new AllowedNetworks(trustedProxies);
    }

    /** Whether this proxy has passed the request on already. */
    boolean isLoop(HttpHeaders in) {
        for (String via : in.getAll(HttpHeaderNames.VIA)) {
            if (via.contains(pseudonym)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The headers of the request to an instance, but for Host.
     *
     * @param peer who sent it
     * @param prefix what was taken off the path
     */
    void request(HttpHeaders in, HttpHeaders out, @Nullable InetSocketAddress peer, String version, String prefix) {
        InetAddress address = peer == null ? null : peer.getAddress();
        boolean believed = trusted != null && address != null && trusted.contains(address);
        Set<String> nominated = nominated(in);
        for (Map.Entry<String, String> header : in) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean kept = !HOP_BY_HOP.contains(name)
                    && !name.startsWith(OWN)
                    && !name.equals("host")
                    && !name.equals("expect")
                    && !nominated.contains(name)
                    && (believed || !FORWARDED.contains(name))
                    && !isRegistryToken(name, header.getValue());
            if (kept) {
                out.add(header.getKey(), header.getValue());
            }
        }
        if (acceptsTrailers(in)) {
            out.set(HttpHeaderNames.TE, "trailers");
        }
        String host = in.get(HttpHeaderNames.HOST);
        String from = address == null ? "unknown" : address.getHostAddress();
        forwarded(out, from, host, prefix);
        addTo(out, "Via", version + " " + pseudonym);
    }

    /** The headers of an answer to a caller. */
    void response(HttpHeaders in, HttpHeaders out, String version) {
        Set<String> nominated = nominated(in);
        for (Map.Entry<String, String> header : in) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(name) && !name.startsWith(OWN) && !nominated.contains(name)) {
                out.add(header.getKey(), header.getValue());
            }
        }
        addTo(out, "Via", version + " " + pseudonym);
    }

    private static void forwarded(HttpHeaders out, String from, @Nullable String host, String prefix) {
        boolean first = !out.contains("X-Forwarded-For") && !out.contains("Forwarded");
        addTo(out, "X-Forwarded-For", from);
        String node = from.indexOf(':') >= 0 ? "\"[" + from + "]\"" : from;
        addTo(out, "Forwarded", "for=" + node + (host == null ? "" : ";host=\"" + host + "\"") + ";proto=http");
        if (first) {
            out.set("X-Forwarded-Proto", "http");
            if (host != null) {
                out.set("X-Forwarded-Host", host);
                out.set("X-Forwarded-Port", port(host));
            }
        }
        if (!prefix.isEmpty()) {
            String before = out.get("X-Forwarded-Prefix");
            out.set("X-Forwarded-Prefix", before == null ? prefix : before + prefix);
        }
    }

    private static String port(String host) {
        int colon = host.lastIndexOf(':');
        return colon < 0 || host.endsWith("]") ? "80" : host.substring(colon + 1);
    }

    private static void addTo(HttpHeaders headers, String name, String value) {
        List<String> before = headers.getAll(name);
        headers.set(name, before.isEmpty() ? value : String.join(", ", before) + ", " + value);
    }

    private static boolean acceptsTrailers(HttpHeaders in) {
        return in.containsValue(HttpHeaderNames.TE, "trailers", true);
    }

    /** What the Connection header says ends here; never what says where the message ends. */
    private static Set<String> nominated(HttpHeaders in) {
        if (!in.contains(HttpHeaderNames.CONNECTION)) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (String value : in.getAll(HttpHeaderNames.CONNECTION)) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        names.remove("content-length");
        return names;
    }

    /** A registry's token has no business at an instance, whoever sent it there by mistake. */
    private static boolean isRegistryToken(String name, String value) {
        return name.equals("authorization") && value.regionMatches(true, 0, TOKEN_PREFIX, 0, TOKEN_PREFIX.length());
    }
}
