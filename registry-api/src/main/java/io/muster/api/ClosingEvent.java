package io.muster.api;

import java.util.Objects;

/**
 * The stream's last event, {@code closing}: the registry ends the stream on purpose. The client connects again, here or
 * elsewhere, and raises no alarm.
 *
 * @param reason why, for people
 */
public record ClosingEvent(String reason) {
    /** The event's name on the stream. */
    public static final String NAME = "closing";

    /** An absent reason is an empty one. */
    public ClosingEvent {
        reason = Objects.requireNonNullElse(reason, "");
    }
}
