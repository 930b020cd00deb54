package io.muster.api;

import java.time.Duration;
import java.time.format.DateTimeParseException;

/** Durations in JSON: a number with its unit, such as {@code 500ms}, {@code 5s} or {@code 2m}; ISO 8601 is read too. */
final class Durations {
    private static final int MAX_DIGITS = 12;

    private Durations() {}

    static Duration parse(String field, String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits > 0 && digits <= MAX_DIGITS) {
            long value = Long.parseLong(text.substring(0, digits));
            return switch (text.substring(digits)) {
                case "ms" -> Duration.ofMillis(value);
                case "s" -> Duration.ofSeconds(value);
                case "m" -> Duration.ofMinutes(value);
                default -> throw invalid(field, text);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw invalid(field, text);
        }
    }

    /** The shortest of the forms that are read, to the millisecond. */
    static String print(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 60_000 == 0 && millis != 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }

    private static InvalidFieldException invalid(String field, String text) {
        return new InvalidFieldException(field, "a duration like 500ms, 5s or 2m", text);
    }
}
