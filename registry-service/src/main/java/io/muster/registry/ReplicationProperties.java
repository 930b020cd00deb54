package io.muster.registry;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What is kept beside the catalogue.
 *
 * @param lease whether leases are given out
 */
@Validated
@ConfigurationProperties("muster.server")
public record ReplicationProperties(@DefaultValue @Valid Lease lease) {
    /**
     * Whether leases are given out.
     *
     * @param enabled needs {@code muster.server.data-dir}: tokens must not go back at a restart
     * @param maxNames how many leases are remembered; idle ones are forgotten after an hour, and 31 days after a planned time
     */
    public record Lease(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("20000") @Min(1) @Max(1_000_000) int maxNames) {}
}
