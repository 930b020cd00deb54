package io.muster.client.spring.registration;

import io.muster.api.Registered;
import io.muster.client.ClientConfig;
import io.muster.client.spring.RegistryUnavailableException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Registers once the web server listens, and drains before it begins to stop. Phases start in ascending and stop in
 * descending order: Boot's web server has {@code MAX-2048}, its management server {@code MAX-1536}, its graceful shutdown
 * {@code MAX-1024}; all of them come before this one at the start and after it at the stop.
 */
final class RegisterLifecycle implements SmartLifecycle {
    static final int PHASE = Integer.MAX_VALUE - 512;

    private static final Logger log = LoggerFactory.getLogger(RegisterLifecycle.class);

    private final LocalInstance instance;
    private final Supplier<OptionalInt> port;
    private final @Nullable ClientConfig failFast;
    private final Consumer<LocalInstance> announcement;
    private final Runnable warmUp;
    private final Farewell farewell;
    private volatile boolean running;

    /**
     * @param port where callers reach this process; empty when it has no port
     * @param failFast how the registry is reached without whose answer the start fails; null: it waits for nobody
     * @param warmUp what a start waits for while the registration is under way
     * @param farewell what a stop waits for
     * @param announcement called on the client's event thread when the registry first knows the instance; must not block
     */
    RegisterLifecycle(
            LocalInstance instance,
            Supplier<OptionalInt> port,
            @Nullable ClientConfig failFast,
            Runnable warmUp,
            Farewell farewell,
            Consumer<LocalInstance> announcement) {
        this.instance = instance;
        this.port = port;
        this.failFast = failFast;
        this.warmUp = warmUp;
        this.farewell = farewell;
        this.announcement = announcement;
    }

    @Override
    public void start() {
        running = true;
        OptionalInt known = port.get();
        if (known.isEmpty()) {
            log.info("Not registered: no web server listens and muster.instance.port is not set");
            return;
        }
        CompletableFuture<Registered> outcome = instance.register(known.getAsInt());
        CompletableFuture<Void> unused = outcome.thenAccept(registered -> announcement.accept(instance));
        warmUp.run();
        ClientConfig registry = failFast;
        if (registry != null) {
            await(outcome, registry);
        }
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public void stop(Runnable callback) {
        running = false;
        CompletableFuture<Void> unused = farewell.take(instance).whenComplete((done, failure) -> callback.run());
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private void await(CompletableFuture<Registered> outcome, ClientConfig config) {
        Duration patience = config.connectTimeout().plus(config.requestTimeout());
        try {
            outcome.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException(config.registryUrls(), "interrupted", e);
        } catch (TimeoutException | ExecutionException | CancellationException e) {
            String problem =
                    instance.registration().map(r -> r.state().problem()).orElse("");
            throw new RegistryUnavailableException(
                    config.registryUrls(), problem.isEmpty() ? "not registered within " + patience : problem, e);
        }
    }
}
