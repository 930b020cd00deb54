package io.muster.registry.proxy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.muster.lb.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The meters of one service and of its instances, which come and go with it. */
final class ServiceMeters {
    private final ProxiedService service;
    private final MeterRegistry registry;
    private final Tags tags;
    private final AtomicReferenceArray<Timer> timers = new AtomicReferenceArray<>(6);
    /** Guarded by this. */
    private final Map<Endpoint, List<Meter>> instances = new HashMap<>();
    /** Guarded by this. */
    private boolean removed;

    ServiceMeters(ProxiedService service, MeterRegistry registry) {
        this.service = service;
        this.registry = registry;
        this.tags = Tags.of(
                "namespace", service.key().namespace(), "service", service.key().service());
    }

    /** A request was answered with that status; 0 when its caller went away before. */
    void answered(int status, long nanos) {
        int group = status >= 100 && status < 600 ? status / 100 : 0;
        Timer timer = timers.get(group);
        if (timer == null) {
            timer = Timer.builder("muster.proxy.requests")
                    .description("Requests, from their headers to the end of their answers")
                    .tags(tags)
                    .tag("status", group == 0 ? "none" : group + "xx")
                    .register(registry);
            timers.set(group, timer);
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Takes over who the instances are now. */
    synchronized void follow() {
        if (removed) {
            return;
        }
        List<Endpoint> now = service.endpoints();
        instances.entrySet().removeIf(entry -> {
            boolean gone = !now.contains(entry.getKey());
            if (gone) {
                entry.getValue().forEach(registry::remove);
            }
            return gone;
        });
        now.forEach(endpoint -> instances.computeIfAbsent(endpoint, this::register));
    }

    /** Takes all of it away. */
    synchronized void remove() {
        removed = true;
        instances.values().forEach(meters -> meters.forEach(registry::remove));
        instances.clear();
        for (int i = 0; i < timers.length(); i++) {
            Timer timer = timers.get(i);
            if (timer != null) {
                registry.remove(timer);
            }
        }
    }

    private List<Meter> register(Endpoint endpoint) {
        Tags its = tags.and("instance", endpoint.target().id());
        List<Meter> meters = new ArrayList<>();
        meters.add(Gauge.builder("muster.proxy.instance.in.flight", endpoint, Endpoint::inFlight)
                .description("Requests under way at an instance")
                .tags(its)
                .register(registry));
        meters.add(FunctionCounter.builder(
                        "muster.proxy.instance.attempts",
                        endpoint,
                        e -> e.statistics().successes())
                .description("Attempts at an instance that are over")
                .tags(its.and("outcome", "success"))
                .register(registry));
        meters.add(FunctionCounter.builder(
                        "muster.proxy.instance.attempts",
                        endpoint,
                        e -> e.statistics().failures())
                .description("Attempts at an instance that are over")
                .tags(its.and("outcome", "failure"))
                .register(registry));
        return meters;
    }
}
