package io.muster.api;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the registry looks by itself whether an instance is fit: for what sends no heartbeats. A check that passes is the
 * instance's sign of life.
 *
 * @param type how to look
 * @param path of an HTTP check: an absolute path with an optional query; {@code /} by default
 * @param expect of an HTTP check: the statuses that pass, one like {@code 204} or a range like {@code 200-399} (the default).
 *     Redirects are not followed
 * @param service of a gRPC check: which service to ask for; empty (the default) for the server as a whole
 * @param port where to look, on the instance's own host; its port by default
 * @param interval from one look to the next: 1 s to 10 min, 5 s by default
 * @param timeout how long an answer may take: 100 ms to the interval, and 30 s at most; 2 s by default, or a shorter interval
 * @param failures after how many failures in a row it is DOWN: 1 to 10, 2 by default
 * @param successes after how many passes in a row it is fit again: 1 to 10, 1 by default
 */
public record Check(
        Type type,
        @Nullable String path,
        @Nullable String expect,
        @Nullable String service,
        @Nullable Integer port,
        Duration interval,
        Duration timeout,
        Integer failures,
        Integer successes) {
    private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
    private static final Duration MAX_INTERVAL = Duration.ofMinutes(10);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);
    private static final int MAX_IN_A_ROW = 10;
    private static final int MAX_PATH_LENGTH = 512;
    private static final int MAX_SERVICE_LENGTH = 127;

    /** How to look; in JSON in lower case. */
    public enum Type {
        /** Whether {@code GET} is answered with an expected status; over TLS when the instance is secure. */
        HTTP,
        /** Whether connections are accepted. */
        TCP,
        /** Whether {@code grpc.health.v1.Health/Check} answers SERVING; over TLS when the instance is secure. */
        GRPC;

        /** Its name in JSON. */
        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Absent optional parts (null when read from JSON) take their defaults.
     *
     * @throws InvalidFieldException when a part breaks its rule, or belongs to another type
     */
    public Check {
        Names.required("type", type);
        path = ofType("path", path, type == Type.HTTP, "/");
        expect = ofType("expect", expect, type == Type.HTTP, "200-399");
        service = ofType("service", service, type == Type.GRPC, "");
        if (path != null) {
            validatePath(path);
        }
        if (expect != null) {
            Statuses.parse(expect);
        }
        if (service != null) {
            validateService(service);
        }
        if (port != null) {
            Names.port(port);
        }
        interval =
                between("interval", Objects.requireNonNullElse(interval, DEFAULT_INTERVAL), MIN_INTERVAL, MAX_INTERVAL);
        Duration usual = interval.compareTo(DEFAULT_TIMEOUT) < 0 ? interval : DEFAULT_TIMEOUT;
        Duration longest = interval.compareTo(MAX_TIMEOUT) < 0 ? interval : MAX_TIMEOUT;
        timeout = between("timeout", Objects.requireNonNullElse(timeout, usual), MIN_TIMEOUT, longest);
        failures = Names.between("failures", Objects.requireNonNullElse(failures, 2), 1, MAX_IN_A_ROW);
        successes = Names.between("successes", Objects.requireNonNullElse(successes, 1), 1, MAX_IN_A_ROW);
    }

    /** A check of that type with every optional part at its default. */
    public static Check of(Type type) {
        return new Check(type, null, null, null, null, DEFAULT_INTERVAL, DEFAULT_TIMEOUT, 2, 1);
    }

    /** The interval in nanoseconds. */
    public long intervalNanos() {
        return interval.toNanos();
    }

    /** Whether an HTTP status passes. */
    public boolean expects(int status) {
        return expect != null && Statuses.parse(expect).contain(status);
    }

    private static @Nullable String ofType(String field, @Nullable String value, boolean belongs, String usual) {
        if (!belongs && value != null) {
            throw new InvalidFieldException(field, "absent from a check of another type", value);
        }
        return belongs ? Objects.requireNonNullElse(value, usual) : null;
    }

    private static void validatePath(String path) {
        boolean valid = path.startsWith("/") && path.length() <= MAX_PATH_LENGTH;
        for (int i = 0; valid && i < path.length(); i++) {
            char c = path.charAt(i);
            valid = c > 0x20 && c < 0x7f && "\"#<>\\^`{|}".indexOf(c) < 0;
        }
        if (!valid) {
            throw new InvalidFieldException(
                    "path", "an absolute path of 1 to " + MAX_PATH_LENGTH + " characters, percent-encoded", path);
        }
    }

    private static void validateService(String service) {
        boolean valid = service.length() <= MAX_SERVICE_LENGTH;
        for (int i = 0; valid && i < service.length(); i++) {
            char c = service.charAt(i);
            valid = c > 0x20 && c < 0x7f;
        }
        if (!valid) {
            throw new InvalidFieldException(
                    "service", "at most " + MAX_SERVICE_LENGTH + " printable ASCII characters without space", service);
        }
    }

    private static Duration between(String field, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new InvalidFieldException(
                    field, "between " + Durations.print(min) + " and " + Durations.print(max), Durations.print(value));
        }
        return value;
    }

    /** A range of HTTP statuses, both ends included. */
    private record Statuses(int first, int last) {
        static Statuses parse(String text) {
            int dash = text.indexOf('-');
            int first = status(dash < 0 ? text : text.substring(0, dash));
            int last = dash < 0 ? first : status(text.substring(dash + 1));
            if (first < 0 || last < first) {
                throw new InvalidFieldException(
                        "expect", "a status like 204 or a range like 200-399, within 100-599", text);
            }
            return new Statuses(first, last);
        }

        boolean contain(int status) {
            return status >= first && status <= last;
        }

        private static int status(String text) {
            boolean number = text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
            int status = number ? Integer.parseInt(text) : -1;
            return status >= 100 && status <= 599 ? status : -1;
        }
    }
}
