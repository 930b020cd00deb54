package io.muster.registry.web;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.health.SilenceHold;
import io.muster.registry.watch.WatchHub;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/** What operators see: health and meters. */
@Component("registry")
final class RegistryInsight implements HealthIndicator, MeterBinder {
    private final View view;
    private final WatchHub hub;

    RegistryInsight(Engine engine, WatchHub hub) {
        this.view = engine.view();
        this.hub = hub;
    }

    @Override
    public Health health() {
        List<SilenceHold> holds = view.holds();
        Health.Builder health = Health.up();
        if (!holds.isEmpty()) {
            health.withDetail(
                    "evictionHeld",
                    holds.stream().map(RegistryInsight::describe).toList());
        }
        return health.withDetail("position", view.position().toString())
                .withDetail("warming", view.warming())
                .withDetail("stale", view.stale())
                .withDetail("services", view.services().size())
                .withDetail("instances", view.size())
                .withDetail("watchers", hub.watchers())
                .build();
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("muster.server.instances", view, View::size)
                .description("Instances in every status")
                .register(meters);
        Gauge.builder("muster.server.instances.up", view, RegistryInsight::up)
                .description("Instances that take requests")
                .register(meters);
        Gauge.builder("muster.server.services", view, v -> v.services().size())
                .description("Services that have instances")
                .register(meters);
        Gauge.builder("muster.server.watchers", hub, WatchHub::watchers)
                .description("Open streams")
                .register(meters);
        Gauge.builder(
                        "muster.server.eviction.held",
                        view,
                        v -> v.holds().stream().mapToInt(SilenceHold::silent).sum())
                .description("Silent instances that are not evicted because so many fell silent at once")
                .register(meters);
        FunctionCounter.builder("muster.server.changes", view, v -> v.position().index())
                .description("Changes of the catalogue since the start")
                .register(meters);
        FunctionCounter.builder("muster.server.watch.events", hub, WatchHub::events)
                .description("Change events handed to streams")
                .register(meters);
        FunctionCounter.builder("muster.server.watch.collapses", hub, WatchHub::collapses)
                .description("How often a slow stream's changes collapsed into snapshots")
                .register(meters);
    }

    private static String describe(SilenceHold hold) {
        return hold.silent() + " of " + hold.of() + " instances of namespace " + hold.namespace()
                + " are silent; nobody is evicted there since " + TimeUnit.NANOSECONDS.toSeconds(hold.heldNanos())
                + " s";
    }

    private static double up(View view) {
        long up = 0;
        for (ServiceState state : view.services()) {
            up += state.instances().stream()
                    .filter(instance -> instance.status().takesRequests())
                    .count();
        }
        return up;
    }
}
