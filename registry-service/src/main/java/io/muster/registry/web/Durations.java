package io.muster.registry.web;

import io.muster.api.InvalidFieldException;
import java.time.Duration;
import org.springframework.boot.convert.DurationStyle;

/** Durations in queries, as in properties: {@code 500ms}, {@code 5s}, {@code PT5S}; a number alone is milliseconds. */
final class Durations {
    private Durations() {}

    /** @throws InvalidFieldException when the text is no duration, or not between 0 and {@code max} */
    static Duration parse(String field, String text, Duration max) {
        String rule = "a duration between 0s and " + max.toSeconds() + "s, like 500ms or 5s";
        try {
            Duration duration = DurationStyle.detectAndParse(text);
            if (!duration.isNegative() && duration.compareTo(max) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidFieldException(field, rule, text);
        }
        throw new InvalidFieldException(field, rule, text);
    }
}
