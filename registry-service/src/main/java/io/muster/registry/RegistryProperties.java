package io.muster.registry;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The server's settings.
 *
 * @param heartbeat how often instances are told to renew; less than half of the TTL
 * @param ttl after how long without a sign of life an instance is DOWN
 * @param removeAfter after how long of being DOWN an instance is removed
 * @param silenceHold how long nobody is evicted at most when many instances fell silent at once
 * @param gather for how long changes are gathered at most before they are pushed
 * @param keepAlive how often a quiet stream carries a comment
 * @param dataDir where operators' settings are kept over restarts; {@code ~/.muster/registry} by default, empty keeps nothing
 * @param limits bounds on what the server holds
 */
@Validated
@ConfigurationProperties("muster.server")
public record RegistryProperties(
        @DefaultValue("5s") Duration heartbeat,
        @DefaultValue("15s") Duration ttl,
        @DefaultValue("10m") Duration removeAfter,
        @DefaultValue("10m") Duration silenceHold,
        @DefaultValue("10ms") Duration gather,
        @DefaultValue("2s") Duration keepAlive,
        @DefaultValue("") String dataDir,
        @DefaultValue @Valid Limits limits) {
    /** @throws IllegalArgumentException when durations do not fit each other */
    public RegistryProperties {
        atLeast("muster.server.heartbeat", heartbeat, Duration.ofMillis(10));
        atLeast("muster.server.keep-alive", keepAlive, Duration.ofMillis(20));
        atLeast("muster.server.remove-after", removeAfter, Duration.ZERO);
        atLeast("muster.server.silence-hold", silenceHold, Duration.ZERO);
        if (ttl.compareTo(heartbeat.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException("muster.server.ttl must be at least twice muster.server.heartbeat ("
                    + heartbeat + ") but was " + ttl);
        }
        if (gather.isNegative() || gather.compareTo(Duration.ofSeconds(1)) > 0) {
            throw new IllegalArgumentException("muster.server.gather must be between 0s and 1s but was " + gather);
        }
    }

    private static void atLeast(String property, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(property + " must be at least " + least + " but was " + value);
        }
    }

    /**
     * Bounds on what the server holds.
     *
     * @param maxInstances how many instances may be registered
     * @param maxStreams how many streams may be open
     * @param rememberedChanges how many changes a stream may have missed and still resume without snapshots
     * @param stalledAfter after how long a stream whose reader takes nothing is cut
     * @param requestTimeout after how long a request that has not arrived as a whole is given up
     */
    public record Limits(
            @DefaultValue("100000") @Min(1) int maxInstances,
            @DefaultValue("10000") @Min(1) int maxStreams,
            @DefaultValue("10000") @Min(1) @Max(1_000_000) int rememberedChanges,
            @DefaultValue("60s") Duration stalledAfter,
            @DefaultValue("10s") Duration requestTimeout) {
        /** @throws IllegalArgumentException when a duration is too short */
        public Limits {
            atLeast("muster.server.limits.stalled-after", stalledAfter, Duration.ofMillis(100));
            atLeast("muster.server.limits.request-timeout", requestTimeout, Duration.ofMillis(100));
        }
    }
}
