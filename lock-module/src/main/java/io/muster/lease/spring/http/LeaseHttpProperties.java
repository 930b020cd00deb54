package io.muster.lease.spring.http;

import io.muster.lease.http.TokenSender;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Fencing tokens over HTTP.
 *
 * @param sendTo Hosts that requests under a lease carry its fencing token to, besides the services of load-balanced clients:
 *     names as they stand in URIs, without port, and '*.example.org' for all below that one.
 * @param fence Where endpoints with a fence keep the largest token that they have seen: 'durable' is a table of the
 *     database, 'volatile' this process's memory, which a restart forgets and other instances do not share.
 * @param storeTimeout How long a request with a token that is larger than any seen waits for the store of leases to confirm
 *     it; 503 after that.
 * @param idleLimit After which the database ends a transaction of a request with a token when it does nothing.
 */
@ConfigurationProperties("muster.lease.http")
record LeaseHttpProperties(
        @DefaultValue List<String> sendTo,
        @DefaultValue("durable") FenceKind fence,
        @DefaultValue("2s") Duration storeTimeout,
        @DefaultValue("15s") Duration idleLimit) {
    private static final String PREFIX = "muster.lease.http.";

    /** Where fences are kept. */
    enum FenceKind {
        DURABLE,
        VOLATILE
    }

    /** @throws IllegalArgumentException when a property breaks its rule; it names the property */
    LeaseHttpProperties {
        sendTo = List.copyOf(sendTo);
        try {
            TokenSender unused = new TokenSender(sendTo);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PREFIX + e.getMessage(), e);
        }
        require("store-timeout", storeTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        require("idle-limit", idleLimit, Duration.ofSeconds(1), Duration.ofHours(1));
    }

    private static void require(String property, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    PREFIX + property + " must be from " + min + " to " + max + " but was " + value);
        }
    }
}
