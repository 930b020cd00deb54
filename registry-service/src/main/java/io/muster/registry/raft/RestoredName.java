package io.muster.registry.raft;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a cluster that begins with a backup: {@code <name>-r<time of day, UTC>-<the file's digest>}, the same on all its
 * nodes, and another one for each restore.
 *
 * @param base the name before
 * @param restored when, in seconds; tokens of leases begin there
 * @param digest eight hexadecimal digits
 */
public record RestoredName(String base, Instant restored, String digest) {
    private static final Pattern PATTERN = Pattern.compile("(.+)-r(\\d{14})-([0-9a-f]{8})");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");

    /** Of a restore at this moment; of a restored cluster's name the earlier time and digest are left away. */
    public static RestoredName of(String cluster, Instant now, String digest) {
        String base = is(cluster) ? parse(cluster).base() : cluster;
        // Not before what happened in this second.
        return new RestoredName(base, now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1), digest);
    }

    /** Whether a name has the form of one. */
    public static boolean is(String cluster) {
        return PATTERN.matcher(cluster).matches();
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it has not the form
     */
    public static RestoredName parse(String cluster) {
        Matcher matcher = PATTERN.matcher(cluster);
        try {
            if (matcher.matches()) {
                Instant time = LocalDateTime.parse(matcher.group(2), TIME).toInstant(ZoneOffset.UTC);
                return new RestoredName(matcher.group(1), time, matcher.group(3));
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("cluster must name a time of day but was " + cluster, e);
        }
        throw new IllegalArgumentException("cluster must be <name>-r<time>-<digest> but was " + cluster);
    }

    @Override
    public String toString() {
        return base + "-r" + TIME.format(restored.atOffset(ZoneOffset.UTC)) + "-" + digest;
    }
}
