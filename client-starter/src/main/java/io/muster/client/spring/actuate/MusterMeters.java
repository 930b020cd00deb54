package io.muster.client.spring.actuate;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.client.ConnectionState;
import io.muster.client.RegistrationState;
import io.muster.client.RegistryClient;
import io.muster.client.spring.registration.LocalInstance;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The meters {@code muster.registry.*}: how the connection to the registry stands. */
final class MusterMeters implements MeterBinder {
    private final RegistryClient client;
    private final Supplier<@Nullable LocalInstance> instance;

    /** @param instance gives null in an application that does not register */
    MusterMeters(RegistryClient client, Supplier<@Nullable LocalInstance> instance) {
        this.client = client;
        this.instance = instance;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("muster.registry.connected", client, c -> c.state().connected() ? 1 : 0)
                .description("Whether the stream from the registry is open")
                .register(registry);
        TimeGauge.builder("muster.registry.view.age", client, TimeUnit.NANOSECONDS, MusterMeters::viewAge)
                .description("How long ago the registry was last heard: the views are not older than that")
                .register(registry);
        FunctionCounter.builder(
                        "muster.registry.reconnects", client, c -> c.state().reconnects())
                .description("Streams opened after the first one")
                .register(registry);
        Gauge.builder("muster.registry.watched", client, c -> c.views().size())
                .description("Services that are watched")
                .baseUnit("services")
                .register(registry);
        LocalInstance local = instance.get();
        if (local != null) {
            bindRegistration(registry, local);
        }
    }

    private void bindRegistration(MeterRegistry registry, LocalInstance local) {
        FunctionCounter.builder(
                        "muster.registry.registrations",
                        client,
                        c -> c.renewals().registrations())
                .description("How often the registry took this instance in, the first time included")
                .register(registry);
        FunctionCounter.builder(
                        "muster.registry.heartbeat.failures",
                        client,
                        c -> c.renewals().heartbeatFailures())
                .description("Heartbeats that were refused or not answered")
                .register(registry);
        Gauge.builder("muster.registry.registered", local, MusterMeters::registered)
                .description("Whether the registry knows this instance")
                .register(registry);
        TimeGauge.builder("muster.registry.renewal.age", local, TimeUnit.NANOSECONDS, MusterMeters::renewalAge)
                .description("How long ago the last heartbeat that the registry confirmed was sent")
                .register(registry);
    }

    private static double viewAge(RegistryClient client) {
        ConnectionState state = client.state();
        return nanos(state.sinceLastByte());
    }

    private static double registered(LocalInstance local) {
        boolean registered = local.registration()
                .map(r -> r.state().phase() == RegistrationState.Phase.REGISTERED)
                .orElse(false);
        return registered ? 1 : 0;
    }

    private static double renewalAge(LocalInstance local) {
        return local.registration().map(r -> nanos(r.state().sinceRenewal())).orElse(Double.NaN);
    }

    /** Not a number before there is anything to measure from. */
    private static double nanos(@Nullable Duration age) {
        return age == null ? Double.NaN : age.toNanos();
    }
}
