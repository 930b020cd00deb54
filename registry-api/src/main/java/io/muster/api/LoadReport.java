package io.muster.api;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a service says of its load in the header {@link Headers#LOAD} of an answer: {@code in-flight=7, utilization=0.42}, and {@code , declined} behind
 * it where that is so. Immutable.
 *
 * @param inFlight requests of all callers that it had under way when it answered, this one not counted; 0 to 1,000,000
 * @param utilization the share of its processors' time that its process used lately, 0 to 1
 * @param declined whether it declined the request, because it had more under way than the request's {@link LoadLimit}
 */
public record LoadReport(int inFlight, double utilization, boolean declined) {
    private static final int MOST_IN_FLIGHT = 1_000_000;
    private static final int LONGEST = 64;
    private static final Pattern TEXT = Pattern.compile(
            "in-flight=([0-9]{1,7})(?:, ?utilization=(1(?:\\.0{1,6})?|0(?:\\.[0-9]{1,6})?))?(, ?declined)?");

    /** What is out of range counts as the nearest value in it; a utilization that is not known as 0. */
    public LoadReport {
        inFlight = Math.max(0, Math.min(inFlight, MOST_IN_FLIGHT));
        utilization = utilization >= 0 ? Math.min(utilization, 1) : 0;
    }

    /** What a service says with an answer to a request that it served. */
    public LoadReport(int inFlight, double utilization) {
        this(inFlight, utilization, false);
    }

    /** What a header says; empty when it is absent or makes no sense, since nobody's answer is refused for that. */
    public static Optional<LoadReport> parse(@Nullable String header) {
        if (header == null || header.length() > LONGEST) {
            return Optional.empty();
        }
        Matcher matcher = TEXT.matcher(header);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String utilization = matcher.group(2);
        return Optional.of(new LoadReport(
                Integer.parseInt(matcher.group(1)),
                utilization == null ? 0 : Double.parseDouble(utilization),
                matcher.group(3) != null));
    }

    /** The header's value. */
    public String header() {
        return "in-flight=" + inFlight + String.format(Locale.ROOT, ", utilization=%.2f", utilization)
                + (declined ? ", declined" : "");
    }
}
