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
    private static final Need ANYBODY = new Need(null, null);
    private static final Need READ = new Need(Kind.READ, null);
    private static final Need OPERATE = new Need(Kind.OPERATE, null);
    private static final Need LEASE = new Need(Kind.LEASE, null);
    private static final Need REGISTER = new Need(Kind.REGISTER, null);
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
     */
    record Need(@Nullable Kind kind, @Nullable String service) {}

    /** @param path as it was sent, without the query */
    Need of(String method, String path) {
        boolean reads = method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
        if (path.equals("/v1/heartbeats")) {
            return REGISTER;
        }
        // Nearly all requests are these; the names in them are checked where they are read.
        boolean plain = path.indexOf('%') < 0 && path.indexOf(';') < 0 && path.indexOf("//") < 0;
        boolean lookup = reads && path.startsWith(SERVICES);
        if (plain && (lookup || path.startsWith(WATCH))) {
            return READ;
        }
        return of(reads, segments(path));
    }

    private Need of(boolean reads, List<String> path) {
        if (path.size() == health.size() + 1 && path.subList(0, health.size()).equals(health)) {
            String group = path.get(health.size());
            return group.equals("liveness") || group.equals("readiness") ? reads ? ANYBODY : OPERATE : reading(reads);
        }
        if (path.size() < 2 || !path.get(0).equals("v1")) {
            return reading(reads);
        }
        switch (path.get(1)) {
            case "heartbeats" -> {
                return REGISTER;
            }
            case "watch", "reports" -> {
                return READ;
            }
            case "operator" -> {
                return OPERATE;
            }
            case "leases" -> {
                return LEASE;
            }
            default -> {
                boolean instance = path.size() >= 5
                        && path.get(1).equals("services")
                        && path.get(3).equals("instances");
                return instance && !reads ? new Need(Kind.REGISTER, path.get(2)) : reading(reads);
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
