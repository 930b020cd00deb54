package io.muster.registry;

import io.muster.registry.lease.LeaseEvents;
import io.muster.registry.watch.WatchHub;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/** Closes the streams before the web server's graceful shutdown begins, which would wait for them. */
final class StreamLifecycle implements SmartLifecycle {
    private final WatchHub hub;
    private final ObjectProvider<LeaseEvents> leases;
    private volatile boolean running;

    StreamLifecycle(WatchHub hub, ObjectProvider<LeaseEvents> leases) {
        this.hub = hub;
        this.leases = leases;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        hub.close();
        leases.ifAvailable(LeaseEvents::close);
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
