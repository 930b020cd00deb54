package io.muster.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says in the header {@link Headers#LOAD} of a request: {@code max-in-flight=3, for=inventory-1} lets that instance decline this request
 * before it does anything for it, when it has more under way, with status {@value #STATUS} and a {@link LoadReport} that says so; the caller then goes
 * elsewhere. It names the instance, because headers are passed on: nobody but whom the caller chose may decline. Any other value only asks for the
 * report. Immutable.
 *
 * @param maxInFlight requests of all callers, this one not counted, from 0 on; {@link Integer#MAX_VALUE} for no limit
 * @param instance the id of the instance that it is for; empty without a limit
 */
public record LoadLimit(int maxInFlight, String instance) {
    /** Of the answer to a declined request: a condition of the request was not met. Unlike 503 no HTTP client repeats it by itself. */
    public static final int STATUS = 412;

    /** Asks for the report alone. */
    public static final LoadLimit NONE = new LoadLimit(Integer.MAX_VALUE, "");

    private static final int LONGEST = 200;
    private static final Pattern TEXT = Pattern.compile("max-in-flight=([0-9]{1,7}), for=([A-Za-z0-9._:-]{1,128})");

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
        return matcher.matches() ? new LoadLimit(Integer.parseInt(matcher.group(1)), matcher.group(2)) : NONE;
    }

    /** Whether there is one. */
    public boolean isSet() {
        return maxInFlight < Integer.MAX_VALUE;
    }

    /** The header's value. */
    public String header() {
        return isSet() ? "max-in-flight=" + maxInFlight + ", for=" + instance : "?1";
    }
}
