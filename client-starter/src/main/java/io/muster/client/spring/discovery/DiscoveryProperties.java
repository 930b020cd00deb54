package io.muster.client.spring.discovery;

import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How this application looks services up.
 *
 * @param mode Where services are found: 'registry', 'gossip' (a cluster of the services themselves, which needs muster-gossip-module),
 *     or 'both' (the registry, and the cluster while no registry answers).
 * @param services Services to watch from the start on; others are watched from their first use on.
 * @param order Place of Muster's clients among several discovery clients; a lower one is asked earlier.
 * @param firstViewTimeout How long the first lookup of a service waits until the registry has told of it. Later lookups
 *     never wait.
 * @param heartbeatInterval Shortest time between two HeartbeatEvents; one is published when something changed.
 * @param catalogueInterval How often the names of all services are asked for, in an application that has asked for them
 *     once; a HeartbeatEvent follows when they changed.
 */
@ConfigurationProperties("muster.discovery")
record DiscoveryProperties(
        @DefaultValue("registry") Mode mode,
        @DefaultValue List<String> services,
        @DefaultValue("0") int order,
        @DefaultValue("2s") Duration firstViewTimeout,
        @DefaultValue("1s") Duration heartbeatInterval,
        @DefaultValue("15s") Duration catalogueInterval) {
    /** Where services are found. */
    enum Mode {
        REGISTRY,
        GOSSIP,
        BOTH
    }

    private static final String PREFIX = "muster.discovery.";
    private static final int MAX_SERVICES = 1000;
    private static final Duration LONGEST = Duration.ofHours(1);

    /** @throws InvalidFieldException when a property breaks its rule; it names the property */
    DiscoveryProperties {
        services = List.copyOf(new LinkedHashSet<>(services));
        if (services.size() > MAX_SERVICES) {
            throw new InvalidFieldException(
                    PREFIX + "services", "at most " + MAX_SERVICES + " names", services.size() + " names");
        }
        services.forEach(DiscoveryProperties::requireService);
        require("first-view-timeout", firstViewTimeout, Duration.ZERO, Duration.ofMinutes(1));
        require("heartbeat-interval", heartbeatInterval, Duration.ofMillis(100), LONGEST);
        require("catalogue-interval", catalogueInterval, Duration.ofSeconds(1), LONGEST);
    }

    private static void requireService(String service) {
        try {
            Names.service(service);
        } catch (InvalidFieldException e) {
            throw new InvalidFieldException(PREFIX + "services", e.rule() + " each", e.value());
        }
    }

    private static void require(String property, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new InvalidFieldException(PREFIX + property, "between " + min + " and " + max, value);
        }
    }
}
