package io.muster.lease;

import java.time.Duration;
import java.time.Instant;

/** What became of a request for a lease that the store has answered. */
sealed interface Attempt {
    /** Granted and renewed from now on; its fences are not raised yet. */
    record Granted(Lease lease) implements Attempt {}

    record Refused(String holder, Duration atMost) implements Attempt {}

    record AlreadyRan(Instant completed) implements Attempt {}
}
