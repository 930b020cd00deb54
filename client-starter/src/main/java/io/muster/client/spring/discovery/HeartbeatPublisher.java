package io.muster.client.spring.discovery;

import io.muster.api.Position;
import io.muster.client.Discovery;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.discovery.event.HeartbeatEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Publishes a {@link HeartbeatEvent} when a watched service changed, or when the names of all services did. It looks at the
 * position of the views in memory at every interval, which makes the interval the rate limit too. The names are asked for only
 * in an application that has asked for them itself, such as a gateway that makes its routes of them.
 */
final class HeartbeatPublisher implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(HeartbeatPublisher.class);

    private final Discovery discovery;
    private final ServiceLookup lookup;
    private final ApplicationEventPublisher events;
    private final DiscoveryProperties properties;
    private final Supplier<ScheduledExecutorService> executors;

    private @Nullable ScheduledExecutorService executor;
    private State published = new State(null, List.of());
    private volatile List<String> names = List.of();

    /** @param executors gives an executor of one thread for each start; it is shut down at the stop */
    HeartbeatPublisher(
            Discovery discovery,
            ServiceLookup lookup,
            ApplicationEventPublisher events,
            DiscoveryProperties properties,
            Supplier<ScheduledExecutorService> executors) {
        this.discovery = discovery;
        this.lookup = lookup;
        this.events = events;
        this.properties = properties;
        this.executors = executors;
    }

    @Override
    public synchronized void start() {
        if (executor != null) {
            return;
        }
        ScheduledExecutorService started = executors.get();
        every(started, properties.heartbeatInterval(), this::publishChange);
        every(started, properties.catalogueInterval(), this::askNames);
        executor = started;
    }

    @Override
    public synchronized void stop() {
        if (executor != null) {
            executor.shutdownNow();
            executor = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return executor != null;
    }

    private void publishChange() {
        State current = new State(discovery.position(), names);
        if (!current.equals(published)) {
            published = current;
            events.publishEvent(new HeartbeatEvent(this, current));
        }
    }

    private void askNames() {
        if (lookup.namesAsked()) {
            CompletableFuture<Void> unused = lookup.names().thenAccept(current -> names = current);
        }
    }

    private static void every(ScheduledExecutorService executor, Duration interval, Runnable task) {
        ScheduledFuture<?> unused = executor.scheduleWithFixedDelay(
                () -> run(task), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A listener that throws must not end the schedule. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.warn("A listener of discovery events failed; the next change is published all the same", e);
        }
    }

    /** What an event stands for: another value is another catalogue. */
    private record State(@Nullable Position position, List<String> names) {}
}
