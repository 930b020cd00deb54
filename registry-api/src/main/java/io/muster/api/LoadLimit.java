package io.muster.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says in the header {@link Headers#LOAD} of a request: {@code max-in-flight=3} lets a service that has more requests under way decline this
 * one before it does anything for it, with status 503 and a {@link LoadReport} that says so; the caller then goes elsewhere. Any other value only asks for
 * the report. Immutable.
 *
 * @param maxInFlight requests of all callers, this one not counted, from 0 on; {@link Integer#MAX_VALUE} for no limit
 */
public record LoadLimit(int maxInFlight) {
    /** Asks for the report alone. */
    public static final LoadLimit NONE = new LoadLimit(Integer.MAX_VALUE);

    private static final int LONGEST = 64;
    private static final Pattern TEXT = Pattern.compile("max-in-flight=([0-9]{1,7})");

    /** @throws IllegalArgumentException when the limit is negative */
    public LoadLimit {
        if (maxInFlight < 0) {
            throw new IllegalArgumentException("max-in-flight must not be negative but was " + maxInFlight);
        }
    }

    /** What a header says; no limit when it is absent or makes no sense, since nobody is declined for that. */
    public static LoadLimit parse(@Nullable String header) {
        if (header == null || header.length() > LONGEST) {
            return NONE;
        }
        Matcher matcher = TEXT.matcher(header);
        return matcher.matches() ? new LoadLimit(Integer.parseInt(matcher.group(1))) : NONE;
    }

    /** Whether there is one. */
    public boolean isSet() {
        return maxInFlight < Integer.MAX_VALUE;
    }

    /** The header's value. */
    public String header() {
        return isSet() ? "max-in-flight=" + maxInFlight : "?1";
    }
}
