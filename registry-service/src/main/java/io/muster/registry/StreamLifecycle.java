package io.muster.registry;

import io.muster.registry.watch.WatchHub;
import org.springframework.context.SmartLifecycle;

/** Closes the streams before the web server's graceful shutdown begins, which would wait for them. */
final class StreamLifecycle implements SmartLifecycle {
    private final WatchHub hub;
    private volatile boolean running;

    StreamLifecycle(WatchHub hub) {
        this.hub = hub;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        hub.close();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
