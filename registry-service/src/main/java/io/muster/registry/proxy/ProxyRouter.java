package io.muster.registry.proxy;

import io.muster.api.InvalidFieldException;
import io.muster.registry.catalogue.ServiceKey;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads from a request which service it is for, and knows which ones are exposed. Immutable. */
final class ProxyRouter {
    private final String namespace;
    private final String suffix;
    private final List<Pattern> exposed;

    private record Pattern(String namespace, String service) {
        boolean covers(ServiceKey key) {
            return covers(namespace, key.namespace()) && covers(service, key.service());
        }

        private static boolean covers(String pattern, String name) {
            return pattern.endsWith("*")
                    ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                    : name.equals(pattern);
        }
    }

    /** @param all whether everything is exposed where nothing is said */
    ProxyRouter(ProxyProperties.Listen listen, List<String> expose, boolean all) {
        this.namespace = listen.namespace();
        this.suffix = listen.hostSuffix().isEmpty() ? "" : "." + listen.hostSuffix();
        List<String> patterns = expose.isEmpty() && all ? List.of("*") : expose;
        this.exposed = patterns.stream().map(this::pattern).toList();
    }

    /** Whether callers may call it. */
    boolean isExposed(ServiceKey service) {
        for (Pattern pattern : exposed) {
            if (pattern.covers(service)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a host names a service by the suffix. */
    boolean isServiceHost(String host) {
        return !suffix.isEmpty() && name(host).endsWith(suffix);
    }

    /**
     * Where it goes.
     *
     * @param host the Host header; may be empty
     * @param uri the request's target: a path and query, or one with scheme and host
     * @param chosen the namespace that the request asks for; null when it does not
     * @return null when it names no service
     */
    @Nullable
    ProxyRoute route(String host, String uri, @Nullable String chosen) {
        String target = origin(uri);
        try {
            if (isServiceHost(host)) {
                String name = name(host);
                String labels = name.substring(0, name.length() - suffix.length());
                int dot = labels.indexOf('.');
                String service = dot < 0 ? labels : labels.substring(0, dot);
                String space = dot < 0 ? chosen == null ? namespace : chosen : labels.substring(dot + 1);
                return new ProxyRoute(new ServiceKey(space, service), target, "");
            }
            int end = endOfSegment(target);
            String service = target.substring(1, end);
            String rest = target.substring(end);
            return new ProxyRoute(
                    new ServiceKey(chosen == null ? namespace : chosen, service),
                    rest.startsWith("/") ? rest : "/" + rest,
                    "/" + service);
        } catch (InvalidFieldException e) {
            return null;
        }
    }

    private Pattern pattern(String text) {
        if (text.equals("*")) {
            return new Pattern("*", "*");
        }
        int slash = text.indexOf('/');
        return slash < 0
                ? new Pattern(namespace, text)
                : new Pattern(text.substring(0, slash), text.substring(slash + 1));
    }

    /** A target with scheme and host is a path and query behind them. */
    private static String origin(String uri) {
        if (uri.startsWith("/")) {
            return uri;
        }
        int authority = uri.indexOf("://") + 3;
        for (int i = authority; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c == '/') {
                return uri.substring(i);
            }
            if (c == '?') {
                return "/" + uri.substring(i);
            }
        }
        return "/";
    }

    private static int endOfSegment(String target) {
        for (int i = 1; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c == '/' || c == '?') {
                return i;
            }
        }
        return target.length();
    }

    private static String name(String host) {
        int colon = host.startsWith("[") ? -1 : host.indexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        return name.toLowerCase(Locale.ROOT);
    }
}
