package io.muster.benchmarks.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The CPU times of a JVM's threads by name, as Linux accounts them in {@code /proc/PID/task}. Names are cut to 15 characters
 * there.
 *
 * @param ticks clock ticks (10 ms) by thread id and name
 */
public record ThreadTimes(Map<String, Long> ticks) {
    /** Copies the map. */
    public ThreadTimes {
        ticks = Map.copyOf(ticks);
    }

    /** The times of a process's threads; empty where there is no {@code /proc}. */
    static ThreadTimes of(long pid) {
        Map<String, Long> ticks = new HashMap<>();
        Path tasks = Path.of("/proc", Long.toString(pid), "task");
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                read(thread, ticks);
            }
        } catch (IOException e) {
            return new ThreadTimes(Map.of());
        }
        return new ThreadTimes(ticks);
    }

    private static void read(Path thread, Map<String, Long> ticks) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            int nameEnd = stat.lastIndexOf(')');
            String name = stat.substring(stat.indexOf('(') + 1, nameEnd);
            String[] fields = stat.substring(nameEnd + 2).split(" ", -1);
            ticks.put(thread.getFileName() + " " + name, Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
        } catch (IOException e) {
            // The thread ended between the listing and the reading.
        }
    }

    /**
     * The share of CPU that the collector's own threads used since an earlier reading, 0 to 1: G1's workers, its markers,
     * refiners and service, and the VM thread, which runs the pauses (and other VM operations: the share is an upper bound).
     */
    public double collectorShareSince(ThreadTimes earlier) {
        long collector = 0;
        long all = 0;
        for (Map.Entry<String, Long> thread : ticks.entrySet()) {
            long used = thread.getValue() - earlier.ticks.getOrDefault(thread.getKey(), 0L);
            all += used;
            if (isCollector(thread.getKey().substring(thread.getKey().indexOf(' ') + 1))) {
                collector += used;
            }
        }
        return all == 0 ? Double.NaN : (double) collector / all;
    }

    private static boolean isCollector(String name) {
        return name.startsWith("GC Thread") || name.startsWith("G1 ") || name.equals("VM Thread");
    }
}
