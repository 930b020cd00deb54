package io.muster.client.spring.registration;

import com.sun.management.OperatingSystemMXBean;
import io.muster.api.LoadReport;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How many requests this application has under way, and how busy it is. Thread-safe. */
final class ServerLoad {
    /** Utilization is an average since the last look at it: looked at more often, it says little. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicInteger inFlight = new AtomicInteger();
    private final DoubleSupplier processors;
    private final LongSupplier nanoClock;
    private final AtomicLong lookedAt;
    private volatile double utilization;

    ServerLoad() {
        this(processors(), System::nanoTime);
    }

    /**
     * @param processors the share of the processors' time that this process used since it was last asked, 0 to 1; below 0 when it is not known
     * @param nanoClock monotonic time in nanoseconds
     */
    ServerLoad(DoubleSupplier processors, LongSupplier nanoClock) {
        this.processors = processors;
        this.nanoClock = nanoClock;
        this.lookedAt = new AtomicLong(nanoClock.getAsLong() - LOOK_NANOS);
    }

    /** Counts a request. */
    void started() {
        inFlight.incrementAndGet();
    }

    /**
     * Counts a request unless there are more than so many already.
     *
     * @return null when it is counted; else what to answer it
     */
    @Nullable
    LoadReport startedOrDeclined(int maxInFlight) {
        // Not counted even for a moment, or another one would be declined for that.
        int before = inFlight.get();
        while (before <= maxInFlight) {
            if (inFlight.compareAndSet(before, before + 1)) {
                return null;
            }
            before = inFlight.get();
        }
        return new LoadReport(before, utilization(), true);
    }

    void ended() {
        inFlight.decrementAndGet();
    }

    /** What one of the requests under way answers. */
    LoadReport report() {
        return new LoadReport(inFlight.get() - 1, utilization());
    }

    private double utilization() {
        long now = nanoClock.getAsLong();
        long before = lookedAt.get();
        if (now - before >= LOOK_NANOS && lookedAt.compareAndSet(before, now)) {
            utilization = processors.getAsDouble();
        }
        return utilization;
    }

    private static DoubleSupplier processors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system::getProcessCpuLoad
                : () -> -1;
    }
}
