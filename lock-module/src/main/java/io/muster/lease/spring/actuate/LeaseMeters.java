package io.muster.lease.spring.actuate;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.lease.Lease;
import io.muster.lease.LeaseEvent;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import io.muster.lease.spring.LeaseListener;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The meters {@code muster.lease.*}. They count from the start, whenever a registry comes. Names of leases are no tags, because
 * an application may make any number of them; {@code /actuator/leases} has them.
 */
final class LeaseMeters implements LeaseListener, MeterBinder {
    private final Supplier<Leases> leases;
    private final Map<Result, LongAdder> acquired = counters(Result.class);
    private final Map<Lease.Loss, LongAdder> lost = counters(Lease.Loss.class);
    private final LongAdder suspected = new LongAdder();
    private final LongAdder overruns = new LongAdder();
    private final LongAdder fenceRejections = new LongAdder();

    /** @param leases asked when a registry comes */
    LeaseMeters(Supplier<Leases> leases) {
        this.leases = leases;
    }

    /** What became of a request for a lease. */
    private enum Result {
        ACQUIRED,
        ELECTED,
        REFUSED,
        ALREADY_RAN,
        FAILED
    }

    @Override
    public void on(LeaseEvent event) {
        if (event instanceof LeaseEvent.Acquired) {
            count(acquired, Result.ACQUIRED);
        } else if (event instanceof LeaseEvent.Elected) {
            count(acquired, Result.ELECTED);
        } else if (event instanceof LeaseEvent.Refused) {
            count(acquired, Result.REFUSED);
        } else if (event instanceof LeaseEvent.AlreadyRan) {
            count(acquired, Result.ALREADY_RAN);
        } else if (event instanceof LeaseEvent.Failed failed) {
            count(acquired, Result.FAILED);
            if (failed.cause() instanceof StaleFenceException) {
                fenceRejections.increment();
            }
        } else if (event instanceof LeaseEvent.Lost loss) {
            count(lost, loss.reason());
        } else if (event instanceof LeaseEvent.Suspect) {
            suspected.increment();
        } else if (event instanceof LeaseEvent.Overrun) {
            overruns.increment();
        }
    }

    @Override
    public void refused(StaleFenceException refusal) {
        fenceRejections.increment();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        acquired.forEach((result, count) -> FunctionCounter.builder("muster.lease.acquire", count, LongAdder::sum)
                .tag("result", tag(result))
                .description("Requests for leases by what became of them")
                .register(registry));
        lost.forEach((reason, count) -> FunctionCounter.builder("muster.lease.lost", count, LongAdder::sum)
                .tag("reason", tag(reason))
                .description("Leases that were lost")
                .register(registry));
        counter(registry, "suspected", suspected, "Leases that a renewal failed for, with time left for another one");
        counter(registry, "overruns", overruns, "Lost leases whose work went on for longer than the grace");
        counter(registry, "fence.rejections", fenceRejections, "Tokens that a resource refused");
        Leases all = leases.get();
        Gauge.builder("muster.lease.held", all, l -> l.held().size())
                .description("Leases that this process holds")
                .baseUnit("leases")
                .register(registry);
        Gauge.builder("muster.lease.overrunning", all, l -> l.overruns().size())
                .description("Lost leases whose work goes on")
                .baseUnit("leases")
                .register(registry);
        Gauge.builder("muster.lease.leading", all, LeaseMeters::leading)
                .description("Roles that this process leads")
                .baseUnit("roles")
                .register(registry);
        TimeGauge.builder("muster.lease.remaining", all, TimeUnit.NANOSECONDS, LeaseMeters::remaining)
                .description("How long the held lease lives that is next to end unless it is renewed")
                .register(registry);
    }

    private static void counter(MeterRegistry registry, String name, LongAdder count, String description) {
        FunctionCounter unused = FunctionCounter.builder("muster.lease." + name, count, LongAdder::sum)
                .description(description)
                .register(registry);
    }

    private static double leading(Leases leases) {
        return leases.elections().stream()
                .filter(election -> election.isLeader())
                .count();
    }

    /** Not a number while none is held. */
    private static double remaining(Leases leases) {
        return leases.held().stream()
                .mapToDouble(lease -> lease.remaining().toNanos())
                .min()
                .orElse(Double.NaN);
    }

    private static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> Map<E, LongAdder> counters(Class<E> type) {
        Map<E, LongAdder> counters = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            counters.put(constant, new LongAdder());
        }
        return counters;
    }

    private static <E extends Enum<E>> void count(Map<E, LongAdder> counters, E constant) {
        LongAdder counter = counters.get(constant);
        if (counter != null) {
            counter.increment();
        }
    }
}
