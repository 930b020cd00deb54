package io.muster.registry.web;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.watch.WatchHub;
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
        return Health.up()
                .withDetail("position", view.position().toString())
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
