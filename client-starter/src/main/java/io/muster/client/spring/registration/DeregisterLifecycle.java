package io.muster.client.spring.registration;

import java.util.concurrent.CompletableFuture;
import org.springframework.context.SmartLifecycle;

/**
 * Deregisters after the web server has stopped (phase {@code MAX-2048}): until then requests are finished and the registry
 * keeps hearing from this process.
 */
final class DeregisterLifecycle implements SmartLifecycle {
    static final int PHASE = Integer.MAX_VALUE - 2048 - 512;

    private final LocalInstance instance;
    private volatile boolean running;

    DeregisterLifecycle(LocalInstance instance) {
        this.instance = instance;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public void stop(Runnable callback) {
        running = false;
        CompletableFuture<Void> unused = instance.deregister().whenComplete((done, failure) -> callback.run());
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
