package io.muster.benchmarks.gossip;

import io.muster.gossip.protocol.SwimConfig;
import java.time.Duration;

/** Parameters that belong together, and the round trip that they are for. */
enum Profile {
    LAN("LAN", Duration.ofMillis(6)),
    FAST("fast", Duration.ofMillis(6)),
    WAN("WAN", Duration.ofMillis(80));

    private final String label;
    private final Duration roundTrip;

    Profile(String label, Duration roundTrip) {
        this.label = label;
        this.roundTrip = roundTrip;
    }

    SwimConfig config() {
        return switch (this) {
            case LAN -> SwimConfig.lan();
            case FAST -> SwimConfig.lan().withPeriod(Duration.ofMillis(500));
            case WAN -> SwimConfig.edge();
        };
    }

    /** Taken when nothing is said of it. */
    Duration roundTrip() {
        return roundTrip;
    }

    /** In words. */
    String label() {
        return label;
    }
}
