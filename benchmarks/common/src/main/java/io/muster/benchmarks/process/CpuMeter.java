package io.muster.benchmarks.process;

import java.time.Duration;

/** Measures the CPU that processes use over a span of time, as a share of one core: 1 is one core all the time. */
public final class CpuMeter {
    private final JavaProcess server;
    private final long startNanos = System.nanoTime();
    private final long serverNanos;
    private final long ownNanos = ownCpuNanos();

    private CpuMeter(JavaProcess server) {
        this.server = server;
        this.serverNanos = server.cpuNanos();
    }

    /** Begins to measure a process and this one. */
    public static CpuMeter start(JavaProcess server) {
        return new CpuMeter(server);
    }

    /** What was used since the start. */
    public Usage stop() {
        double span = System.nanoTime() - startNanos;
        return new Usage(span / 1e9, (server.cpuNanos() - serverNanos) / span, (ownCpuNanos() - ownNanos) / span);
    }

    /**
     * CPU over a span of time.
     *
     * @param seconds how long
     * @param server the process's share of one core
     * @param own this process's share of one core
     */
    public record Usage(double seconds, double server, double own) {}

    private static long ownCpuNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toNanos)
                .orElse(0L);
    }
}
