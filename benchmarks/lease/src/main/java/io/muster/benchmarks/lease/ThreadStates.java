package io.muster.benchmarks.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel says of a process's threads. Linux alone. */
final class ThreadStates {
    private static final char STOPPED = 'T';

    private ThreadStates() {}

    /**
     * Whether each thread of a process is stopped by a signal.
     *
     * @throws IOException when there is no such process
     */
    static boolean stopped(long pid) throws IOException {
        List<Path> threads;
        try (Stream<Path> found = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            threads = found.toList();
        }
        for (Path thread : threads) {
            try {
                if (state(Files.readString(thread.resolve("stat"))) != STOPPED) {
                    return false;
                }
            } catch (IOException e) {
                // It ended after it was listed: another one ran.
                return false;
            }
        }
        return true;
    }

    /** The state in a line of {@code /proc/PID/stat}; it follows the name in parentheses, which may hold any character. */
    static char state(String stat) {
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }
}
