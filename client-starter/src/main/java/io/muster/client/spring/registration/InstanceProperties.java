package io.muster.client.spring.registration;

import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import io.muster.api.Registration;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What this instance says of itself.
 *
 * @param service Service under which this instance registers: a DNS label. By default 'spring.application.name' in lower
 *     case, with '-' for each '_', '.' and space.
 * @param id Id of this instance within its service. By default host:service:port:random.
 * @param host Host name or IP address at which callers reach this instance. By default the local address of the route to the
 *     registry.
 * @param port Port at which callers reach this instance. By default the one on which the web server listens; an application
 *     without an embedded web server registers only when this is set.
 * @param secure Whether callers use TLS. By default whether 'server.ssl' is on.
 * @param weight Share of requests relative to the other instances', 0 to 10000; 0 takes none.
 * @param zone Where this instance runs. Empty for nowhere in particular.
 * @param metadata Anything else that callers may want to know: at most 64 entries and 8 KiB, 'management.port' included,
 *     which is added when the management server has a port of its own.
 * @param warmUp How long a start waits at most for the web server's answer to a first request of this process itself, so that
 *     its first caller does not meet a cold one. At most 1m; 0 sends none. Not with TLS.
 * @param drainTimeout How long a stop waits at most until everybody who watches this service has taken this instance out of
 *     its rotation. At most 1m; 0 does not wait.
 * @param drainSettle How long a stop serves on after that, for requests that were already on their way. At most 1m.
 */
@ConfigurationProperties("muster.instance")
record InstanceProperties(
        @Nullable String service,
        @Nullable String id,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable Boolean secure,
        @DefaultValue("100") int weight,
        @DefaultValue("") String zone,
        Map<String, String> metadata,
        @DefaultValue("1s") Duration warmUp,
        @DefaultValue("5s") Duration drainTimeout,
        @DefaultValue("500ms") Duration drainSettle) {
    private static final Duration MAX_WAIT = Duration.ofMinutes(1);
    private static final String PREFIX = "muster.instance.";

    /** @throws InvalidFieldException when a property breaks its rule; it names the property */
    InstanceProperties {
        service = valid("service", service, Names::service);
        id = valid("id", id, Names::instanceId);
        host = valid("host", host, Names::host);
        if (port != null) {
            valid("port", port, Names::port);
        }
        if (weight < 0 || weight > Registration.MAX_WEIGHT) {
            throw new InvalidFieldException(PREFIX + "weight", "between 0 and " + Registration.MAX_WEIGHT, weight);
        }
        valid("zone", zone, Names::zone);
        atMostMaxWait("warm-up", warmUp);
        atMostMaxWait("drain-timeout", drainTimeout);
        atMostMaxWait("drain-settle", drainSettle);
        metadata = metadata == null ? Map.of() : Map.copyOf(metadata);
        Map<String, String> complete = new HashMap<>(metadata);
        complete.putIfAbsent(InstanceDescription.MANAGEMENT_PORT, "65535");
        valid("metadata", complete, Names::metadata);
    }

    private static void atMostMaxWait(String property, Duration value) {
        if (value.isNegative() || value.compareTo(MAX_WAIT) > 0) {
            throw new InvalidFieldException(PREFIX + property, "between 0s and 1m", value);
        }
    }

    private static <T> @Nullable T valid(String property, @Nullable T value, UnaryOperator<T> rule) {
        if (value == null || value.equals("")) {
            return null;
        }
        try {
            return rule.apply(value);
        } catch (InvalidFieldException e) {
            throw new InvalidFieldException(PREFIX + property, e.rule(), e.value());
        }
    }
}
