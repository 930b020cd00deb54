package io.muster.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM's unified GC log ({@code -Xlog:gc}) says of its heap.
 *
 * @param largestBeforeMegabytes the fullest heap at which a collection began
 * @param largestAfterMegabytes the fullest heap that a collection left behind
 * @param collections how many pauses there were
 * @param longestPauseMillis the longest of them
 */
public record GcLog(int largestBeforeMegabytes, int largestAfterMegabytes, int collections, double longestPauseMillis) {
    private static final Pattern PAUSE = Pattern.compile("Pause .* (\\d+)M->(\\d+)M\\(\\d+M\\) ([0-9.]+)ms");

    /** Reads a log. */
    public static GcLog read(Path file) throws IOException {
        int before = 0;
        int after = 0;
        int collections = 0;
        double longest = 0;
        for (String line : Files.readAllLines(file)) {
            Matcher pause = PAUSE.matcher(line);
            if (pause.find()) {
                before = Math.max(before, Integer.parseInt(pause.group(1)));
                after = Math.max(after, Integer.parseInt(pause.group(2)));
                longest = Math.max(longest, Double.parseDouble(pause.group(3)));
                collections++;
            }
        }
        return new GcLog(before, after, collections, longest);
    }
}
