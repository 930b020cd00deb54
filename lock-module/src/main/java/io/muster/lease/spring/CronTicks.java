package io.muster.lease.spring;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/** The planned times of a method. Immutable; knows no clock. */
final class CronTicks {
    /**
     * A call that comes so long before a planned time is for it: a clock that was set back may fire a timer early. More would
     * let a call by hand take the run of a time that is still to come.
     */
    private static final Duration EARLY = Duration.ofMillis(500);

    /** The 29th of February can be eight years away. */
    private static final Duration FARTHEST = Duration.ofDays(366 * 9);

    private final List<Cron> crons;

    CronTicks(List<Cron> crons) {
        this.crons = List.copyOf(crons);
    }

    /** One expression with its zone. */
    record Cron(CronExpression expression, ZoneId zone) {
        @Nullable
        Instant next(Instant after) {
            ZonedDateTime next = expression.next(after.atZone(zone));
            return next == null ? null : next.toInstant();
        }

        boolean plans(Instant time) {
            return time.equals(next(time.minusNanos(1)));
        }

        /**
         * The latest planned time that is not after a moment: doubles the way back until a time is on it, then halves to
         * the last one.
         */
        @Nullable
        Instant latest(Instant moment) {
            Duration back = Duration.ofSeconds(1);
            while (!hasBetween(moment.minus(back), moment)) {
                back = back.multipliedBy(2);
                if (back.compareTo(FARTHEST) > 0) {
                    return null;
                }
            }
            Instant before = moment.minus(back);
            Instant after = moment;
            while (Duration.between(before, after).compareTo(Duration.ofMillis(1)) > 0) {
                Instant middle = before.plus(Duration.between(before, after).dividedBy(2));
                if (hasBetween(middle, moment)) {
                    before = middle;
                } else {
                    after = middle;
                }
            }
            return next(before);
        }

        private boolean hasBetween(Instant after, Instant notAfter) {
            Instant next = next(after);
            return next != null && !next.isAfter(notAfter);
        }
    }

    /**
     * For which planned time a call is.
     *
     * @param planned of the scheduled task in which the call comes; null for none
     * @param now by this process's clock, which counts only where no planned time is known
     * @return empty when there was none yet
     */
    Optional<Instant> tickOf(@Nullable Instant planned, Instant now) {
        if (planned != null && crons.stream().anyMatch(cron -> cron.plans(planned))) {
            return Optional.of(planned);
        }
        return crons.stream()
                .map(cron -> cron.latest(now.plus(EARLY)))
                .filter(Objects::nonNull)
                .max(Instant::compareTo);
    }
}
