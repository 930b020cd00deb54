package io.muster.registry.security;

import io.muster.registry.security.Scope.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;

/**
 * Which scope each call needs. What no rule names needs {@code read} when it only reads and {@code operate} otherwise, so that
 * a call that somebody forgot here is not open to many.
 */
final class CallRules {
    /** What a call needs whose path nobody can read: it is refused then. */
    static final Need UNREADABLE = new Need(Kind.READ, null, true);

    private static final Need ANYBODY = new Need(null, null, false);
    private static final Need READ = new Need(Kind.READ, null, false);
    private static final Need READ_IN_NAMESPACE = new Need(Kind.READ, null, true);
    private static final Need OPERATE = new Need(Kind.OPERATE, null, false);
    private static final Need OPERATE_IN_NAMESPACE = new Need(Kind.OPERATE, null, true);
    /** Leases and nodes belong to no namespace: their names alone say whose they are. */
    private static final Need LEASE = new Need(Kind.LEASE, null, false);

    private static final Need REGISTER = new Need(Kind.REGISTER, null, false);
    private static final String SERVICES = "/v1/services/";
    private static final String WATCH = "/v1/watch/";

    private final List<String> health;

    /** @param healthPath where the health endpoint is, such as {@code /actuator/health} */
    CallRules(String healthPath) {
        this.health = List.copyOf(segments(healthPath));
    }

    /**
     * What a call needs.
     *
     * @param kind which kind of scope; null when anybody may make it
     * @param service for which service; null for any
     * @param namespaced whether its query says in which namespace; where it does not, the namespaces stand in its body, or
     *     belong to what it names, and are judged there
     */
    record Need(@Nullable Kind kind, @Nullable String service, boolean namespaced) {}

    /** @param path as it was sent, without the query */
    Need of(String method, String path) {
        boolean reads = method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
        if (path.equals("/v1/heartbeats")) {
            return REGISTER;
        }
        // Nearly all requests are these; the names in them are checked where they are read.
        boolean plain = path.indexOf('%') < 0 && path.indexOf(';') < 0 && path.indexOf("//") < 0;
        boolean lookup = reads && path.startsWith(SERVICES);
        if (plain && lookup) {
            return READ_IN_NAMESPACE;
        }
        if (plain && path.startsWith(WATCH) && path.length() > WATCH.length()) {
            return READ;
        }
        return of(reads, segments(path));
    }

    private Need of(boolean reads, List<String> path) {
        if (path.size() == health.size() + 1 && path.subList(0, health.size()).equals(health)) {
            String group = path.get(health.size());
            return group.equals("liveness") || group.equals("readiness") ? reads ? ANYBODY : OPERATE : reading(reads);
        }
        if (path.isEmpty() || !path.get(0).equals("v1")) {
            return reading(reads);
        }
        switch (path.size() < 2 ? "" : path.get(1)) {
            case "heartbeats" -> {
                return REGISTER;
            }
            case "reports" -> {
                return READ;
            }
            case "watch" -> {
                return path.size() > 2 && !path.get(2).isEmpty() ? READ : READ_IN_NAMESPACE;
            }
            case "operator" -> {
                boolean silence = reads && path.size() == 3 && path.get(2).equals("silence");
                String what = path.size() > 2 ? path.get(2) : "";
                boolean everywhere = what.equals("leases") || what.equals("cluster") || what.equals("backup");
                return silence || everywhere ? OPERATE : OPERATE_IN_NAMESPACE;
            }
            case "leases" -> {
                return LEASE;
            }
            default -> {
                boolean instance = path.size() >= 5
                        && path.get(1).equals("services")
                        && path.get(3).equals("instances");
                if (instance && !reads) {
                    return new Need(Kind.REGISTER, path.get(2), true);
                }
                return reads ? READ_IN_NAMESPACE : OPERATE_IN_NAMESPACE;
            }
        }
    }

    private static Need reading(boolean reads) {
        return reads ? READ : OPERATE;
    }

    /** As the web framework reads them: what is decided here must be decided of the path that it then serves. */
    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        boolean separated = true;
        for (PathContainer.Element element : PathContainer.parsePath(path).elements()) {
            if (element instanceof PathContainer.PathSegment segment) {
                segments.add(segment.valueToMatch());
                separated = false;
            } else {
                if (separated && !segments.isEmpty()) {
                    segments.add("");
                }
                separated = true;
            }
        }
        return segments;
    }
}
