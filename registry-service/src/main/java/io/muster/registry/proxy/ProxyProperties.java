package io.muster.registry.proxy;

import io.muster.api.Names;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The proxy's settings.
 *
 * @param enabled whether this server also takes requests for services and passes them on to their instances
 * @param listen where it listens, and for which hosts
 * @param access who may call what
 * @param limits bounds on what callers send
 * @param timeouts bounds on time, one for each phase of a request
 * @param accessLog what is logged of each request, at INFO, by the logger {@code io.muster.proxy.access}
 * @param balancing how an instance is chosen
 * @param services what differs for single services, by their names; a group that is given there takes the place of the general one as a whole
 */
@Validated
@ConfigurationProperties("muster.server.proxy")
public record ProxyProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue @Valid Listen listen,
        @DefaultValue @Valid Access access,
        @DefaultValue @Valid Limits limits,
        @DefaultValue @Valid Timeouts timeouts,
        @DefaultValue("off") AccessLogFormat accessLog,
        @DefaultValue @Valid Balancing balancing,
        @DefaultValue Map<String, @Valid BalancingOverride> services) {
    private static final String PREFIX = "muster.server.proxy.";

    /** @throws IllegalArgumentException when a service's name breaks its rule */
    public ProxyProperties {
        services = Map.copyOf(services);
        services.keySet().forEach(Names::service);
    }

    /** How an instance of that service is chosen. */
    Balancing of(String service) {
        BalancingOverride own = services.get(service);
        return own == null ? balancing : own.over(balancing);
    }

    /** What is logged of a request. */
    public enum AccessLogFormat {
        /** Nothing. */
        OFF,
        /** One line for people. */
        SHORT,
        /** One JSON object. */
        JSON
    }

    /**
     * Where the proxy listens.
     *
     * @param address an IP address or the name of one of this machine's
     * @param port 0 for any free one
     * @param namespace whose services are meant where a request does not say
     * @param hostSuffix a request whose host is {@code <service>.<suffix>} or {@code <service>.<namespace>.<suffix>} is for that service; empty for
     *     paths alone
     */
    public record Listen(
            @DefaultValue("127.0.0.1") String address,
            @DefaultValue("7080") @Min(0) @Max(65535) int port,
            @DefaultValue("default") String namespace,
            @DefaultValue("muster.internal") String hostSuffix) {
        private static final Pattern SUFFIX = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?|");

        /** @throws IllegalArgumentException when a name breaks its rule */
        public Listen {
            String unused = Names.namespace(namespace);
            require(
                    SUFFIX.matcher(hostSuffix).matches(),
                    "listen.host-suffix",
                    "a host name in lower case",
                    hostSuffix);
        }
    }

    /**
     * Who may call what.
     *
     * @param expose which services may be called, as {@code service} or {@code namespace/service}, each part with {@code *} at its end for any rest;
     *     {@code *} alone for all services of all namespaces. On a loopback address all may when there is none; on any other address there must be one
     * @param tokens what callers show as {@code Proxy-Authorization: Bearer}, as {@code sha256:} and 64 hexadecimal digits; empty asks nobody
     * @param trustedProxies networks whose {@code Forwarded} and {@code X-Forwarded-*} are believed and added to, as {@code address/prefix}; those of
     *     all others are dropped
     * @param showInstances whether errors name the instance that failed, whose id may hold its address; by default on a loopback address alone
     */
    public record Access(
            @DefaultValue List<String> expose,
            @DefaultValue List<String> tokens,
            @DefaultValue List<String> trustedProxies,
            @DefaultValue("auto") ShowInstances showInstances) {
        private static final Pattern HASH = Pattern.compile("sha256:[0-9a-f]{64}");
        private static final Pattern EXPOSED =
                Pattern.compile("(([a-z0-9-]{1,63}|[a-z0-9-]{0,62}\\*)/)?([a-z0-9-]{1,63}|[a-z0-9-]{0,62}\\*)");

        /** @throws IllegalArgumentException when a value breaks its rule */
        public Access {
            expose = List.copyOf(expose);
            tokens = List.copyOf(tokens);
            trustedProxies = List.copyOf(trustedProxies);
            for (String pattern : expose) {
                require(EXPOSED.matcher(pattern).matches(), "access.expose", "service or namespace/service", pattern);
            }
            for (String token : tokens) {
                // Not the value: it may be the token itself, put there by mistake.
                require(
                        HASH.matcher(token).matches(),
                        "access.tokens",
                        "sha256: and 64 hexadecimal digits in lower case",
                        "something else of " + token.length() + " characters");
            }
        }
    }

    /** Whether errors name instances. */
    public enum ShowInstances {
        /** On a loopback address alone. */
        AUTO,
        /** Always. */
        ALWAYS,
        /** Never. */
        NEVER
    }

    /**
     * Bounds on what callers send.
     *
     * @param maxHead how large a request's line and headers may be together; also its trailers
     * @param maxHeaders how many headers a request may have
     * @param maxBody how large a body may be; 0 for any size
     * @param maxRequests how many requests may be under way
     * @param connectionsPerInstance how many connections are opened to one instance
     */
    public record Limits(
            @DefaultValue("16KB") DataSize maxHead,
            @DefaultValue("100") @Min(1) @Max(1000) int maxHeaders,
            @DefaultValue("0") DataSize maxBody,
            @DefaultValue("10000") @Min(1) int maxRequests,
            @DefaultValue("500") @Min(1) @Max(60_000) int connectionsPerInstance) {
        /** @throws IllegalArgumentException when a value breaks its rule */
        public Limits {
            require(
                    maxHead.toBytes() >= 1024 && maxHead.toBytes() <= 1024 * 1024,
                    "limits.max-head",
                    "between 1KB and 1MB",
                    maxHead);
            require(!maxBody.isNegative(), "limits.max-body", "at least 0", maxBody);
        }
    }

    /**
     * Bounds on time.
     *
     * @param head from the first byte of a request to the end of its headers: 408
     * @param idle how long a connection may be open without a request: closed
     * @param body how long a body may make no progress while it is waited for: 408
     * @param connect how long connecting to an instance may take: the next one is tried, then 503
     * @param answer how long an instance may be silent before its answer or within it: 504, or the answer is cut
     * @param stalled how long a reader may take nothing of what is to be sent to it: cut
     * @param streamAfterDrain how long an event stream or a WebSocket goes on after its instance takes no new requests any more
     * @param webSocketIdle how long a WebSocket may be silent in both directions: closed with 1001
     */
    public record Timeouts(
            @DefaultValue("10s") Duration head,
            @DefaultValue("60s") Duration idle,
            @DefaultValue("30s") Duration body,
            @DefaultValue("1s") Duration connect,
            @DefaultValue("60s") Duration answer,
            @DefaultValue("60s") Duration stalled,
            @DefaultValue("30s") Duration streamAfterDrain,
            @DefaultValue("10m") Duration webSocketIdle) {
        private static final Duration LEAST = Duration.ofMillis(50);
        private static final Duration MOST = Duration.ofDays(1);

        /** @throws IllegalArgumentException when a value breaks its rule */
        public Timeouts {
            between("head", head, LEAST);
            between("idle", idle, LEAST);
            between("body", body, LEAST);
            between("connect", connect, LEAST);
            between("answer", answer, LEAST);
            between("stalled", stalled, LEAST);
            between("stream-after-drain", streamAfterDrain, Duration.ZERO);
            between("web-socket-idle", webSocketIdle, LEAST);
        }

        private static void between(String name, Duration value, Duration least) {
            require(
                    value.compareTo(least) >= 0 && value.compareTo(MOST) <= 0,
                    "timeouts." + name,
                    "between " + least + " and " + MOST,
                    value);
        }
    }

    static void require(boolean holds, String property, String rule, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(PREFIX + property + " must be " + rule + " but was " + value);
        }
    }
}
