package io.muster.registry.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.engine.Engine;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services that have been called, fed by the catalogue. Thread-safe. There are never more than the catalogue has services with instances, and
 * those that lost their last one a moment ago.
 */
final class ProxiedServices {
    private static final Logger log = LoggerFactory.getLogger(ProxiedServices.class);
    private static final long LOOK_MILLIS = 250;

    private final Engine engine;
    private final ProxyProperties properties;
    private final OpenStreams streams;
    private final MeterRegistry meters;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService executor;
    private final Map<ServiceKey, ProxiedService> services = new ConcurrentHashMap<>();
    private final Map<ServiceKey, ServiceMeters> shown = new ConcurrentHashMap<>();
    private final AtomicBoolean following = new AtomicBoolean();
    private @Nullable ScheduledFuture<?> looks;

    /** @param executor of one thread */
    ProxiedServices(
            Engine engine,
            ProxyProperties properties,
            OpenStreams streams,
            MeterRegistry meters,
            LongSupplier nanoClock,
            ScheduledExecutorService executor) {
        this.engine = engine;
        this.properties = properties;
        this.streams = streams;
        this.meters = meters;
        this.nanoClock = nanoClock;
        this.executor = executor;
    }

    void start() {
        engine.onChange(this::requestFollow);
        // Streams whose time is over are closed then.
        looks = executor.scheduleWithFixedDelay(this::follow, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        ScheduledFuture<?> current = looks;
        if (current != null) {
            current.cancel(false);
        }
    }

    /** The service; null when nobody has ever registered for it, or everybody is gone. */
    @Nullable
    ProxiedService find(ServiceKey key) {
        ProxiedService known = services.get(key);
        if (known != null) {
            return known;
        }
        if (engine.view().service(key).isEmpty()) {
            return null;
        }
        // It reads the state itself, inside: a change that comes meanwhile is followed after it, never before.
        return services.computeIfAbsent(key, this::make);
    }

    Collection<ProxiedService> all() {
        return services.values();
    }

    private ProxiedService make(ServiceKey key) {
        ProxiedService service =
                new ProxiedService(engine.view().service(key), properties.of(key.service()), nanoClock, executor);
        ServiceMeters its = new ServiceMeters(service, meters);
        its.follow();
        shown.put(key, its);
        requestFollow();
        return service;
    }

    ServiceMeters meters(ProxiedService service) {
        return shown.computeIfAbsent(service.key(), key -> new ServiceMeters(service, meters));
    }

    private void requestFollow() {
        if (following.compareAndSet(false, true)) {
            try {
                executor.execute(() -> {
                    following.set(false);
                    follow();
                });
            } catch (RejectedExecutionException e) {
                log.debug("The catalogue is not followed any more, because the server ends", e);
            }
        }
    }

    private void follow() {
        try {
            services.forEach(this::follow);
            streams.look(engine.view(), nanoClock.getAsLong());
        } catch (RuntimeException e) {
            log.warn("The proxy could not take over a change; it tries again at the next one", e);
        }
    }

    private void follow(ServiceKey key, ProxiedService service) {
        ServiceState now = engine.view().service(key);
        if (now.index() != service.state().index()
                || now.isEmpty() != service.state().isEmpty()) {
            service.follow(now);
            meters(service).follow();
        }
        if (now.isEmpty() && service.inFlight() == 0) {
            services.remove(key, service);
            ServiceMeters its = shown.remove(key);
            if (its != null) {
                its.remove();
            }
        }
    }
}
