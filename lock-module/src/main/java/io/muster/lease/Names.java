package io.muster.lease;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What names of leases, holders and resources, tokens and ticks may be. */
final class Names {
    static final int MAX_LENGTH = 200;

    private static final Instant FIRST_TICK = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST_TICK = Instant.parse("9999-12-31T23:59:59.999Z");

    private Names() {}

    /**
     * Passes a name on that has 1 to 200 characters, none of them a control character or half a surrogate pair.
     *
     * @throws IllegalArgumentException names the field and the value otherwise
     */
    static String checked(String field, String value) {
        if (value.isBlank()
                || value.length() > MAX_LENGTH
                || !value.codePoints().allMatch(Names::printable)) {
            throw new IllegalArgumentException(
                    field + " must be 1 to " + MAX_LENGTH + " printable characters but was \"" + shown(value) + "\"");
        }
        return value;
    }

    /** @throws IllegalArgumentException if the token is not of 1 to 53 bits */
    static long checkedToken(long token) {
        if (token < 1 || token > LeaseStore.MAX_TOKEN) {
            throw new IllegalArgumentException("token must be from 1 to 2^53 - 1 but was " + token);
        }
        return token;
    }

    /**
     * Passes a tick on, in milliseconds, as stores keep it.
     *
     * @throws IllegalArgumentException if it is not of the years 1 to 9999
     */
    static @Nullable Instant checkedTick(@Nullable Instant tick) {
        if (tick == null) {
            return null;
        }
        if (tick.isBefore(FIRST_TICK) || tick.isAfter(LAST_TICK)) {
            throw new IllegalArgumentException("tick must be of the years 1 to 9999 but was " + tick);
        }
        return tick.truncatedTo(ChronoUnit.MILLIS);
    }

    private static boolean printable(int codePoint) {
        return !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
    }

    private static String shown(String value) {
        StringBuilder shown = new StringBuilder();
        value.codePoints().limit(40).forEach(c -> {
            if (printable(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(String.format("\\u%04x", c));
            }
        });
        return value.length() > 40 ? shown + "… (" + value.length() + " characters)" : shown.toString();
    }
}
