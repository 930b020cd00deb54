package io.muster.client;

import io.muster.api.InstanceStatus;
import io.muster.api.Registered;
import io.muster.api.Registration;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a registration stands at one moment.
 *
 * @param phase where it is in its life
 * @param status what the instance says of itself now; null before the start
 * @param registered the registry's last answer; null while it does not know the instance
 * @param sinceRenewal how long ago the last renewal that the registry confirmed was sent; null before the first
 * @param problem the last failure since the registry last confirmed, for people; empty when there is none
 */
public record RegistrationState(
        Phase phase,
        @Nullable InstanceStatus status,
        @Nullable Registered registered,
        @Nullable Duration sinceRenewal,
        String problem) {
    /** Where a registration is in its life. */
    public enum Phase {
        /** Not started. */
        NEW,
        /** Trying to register; goes on until it succeeds or is stopped. */
        REGISTERING,
        /** Known to the registry and renewed. */
        REGISTERED,
        /** Deregistering, or done with it. */
        STOPPED
    }

    static RegistrationState of(
            boolean stopped,
            @Nullable Registration wanted,
            @Nullable Registered registered,
            @Nullable Duration sinceRenewal,
            String problem) {
        InstanceStatus status = wanted == null ? null : wanted.status();
        Phase phase = registered == null ? Phase.REGISTERING : Phase.REGISTERED;
        if (stopped) {
            phase = Phase.STOPPED;
        } else if (wanted == null) {
            phase = Phase.NEW;
        }
        return new RegistrationState(phase, status, registered, sinceRenewal, problem);
    }
}
