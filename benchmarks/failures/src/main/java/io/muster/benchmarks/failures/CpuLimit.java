package io.muster.benchmarks.failures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gives a process no more than a share of a core, by a control group of its own. Needs root. */
final class CpuLimit implements AutoCloseable {
    private static final long PERIOD_MICROS = 100_000;
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final Path parent;
    private final Path group;
    private final long pid;
    private final double cores;

    private CpuLimit(Path parent, long pid, double cores) {
        this.parent = parent;
        this.group = parent.resolve("muster-" + pid);
        this.pid = pid;
        this.cores = cores;
    }

    /** @throws IOException when this machine does not let us */
    static CpuLimit of(long pid, double cores) throws IOException {
        Path first = CGROUPS.resolve("cpu");
        boolean second = !Files.isDirectory(first);
        CpuLimit limit = new CpuLimit(second ? CGROUPS : first, pid, cores);
        long quota = (long) (PERIOD_MICROS * cores);
        Files.createDirectory(limit.group);
        if (second) {
            Files.writeString(limit.group.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
        } else {
            Files.writeString(limit.group.resolve("cpu.cfs_period_us"), Long.toString(PERIOD_MICROS));
            Files.writeString(limit.group.resolve("cpu.cfs_quota_us"), Long.toString(quota));
        }
        Files.writeString(limit.group.resolve("cgroup.procs"), Long.toString(pid));
        return limit;
    }

    @Override
    public void close() throws IOException {
        Files.writeString(parent.resolve("cgroup.procs"), Long.toString(pid));
        Files.delete(group);
    }

    @Override
    public String toString() {
        return cores + " of a core";
    }
}
