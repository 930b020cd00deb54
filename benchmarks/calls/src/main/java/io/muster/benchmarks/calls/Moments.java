package io.muster.benchmarks.calls;

import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Tells on the standard output when an instance got where it is, on the machine's monotonic clock: {@code MOMENT name nanos}.
 * {@code ready} is Boot's readiness, {@code first} the first request after it, {@code closing} the beginning of a stop and
 * {@code drained} the moment at which the web server is told to finish what runs.
 */
class Moments {
    private final AtomicBoolean first = new AtomicBoolean();

    void request() {
        if (!first.get() && first.compareAndSet(false, true)) {
            say("first");
        }
    }

    @EventListener
    void available(AvailabilityChangeEvent<?> event) {
        if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
            say("ready");
        }
    }

    @EventListener
    void closing(ContextClosedEvent event) {
        if (event.getApplicationContext().getParent() == null) {
            say("closing");
        }
    }

    static void say(String name) {
        System.out.println("MOMENT " + name + " " + System.nanoTime());
    }

    /** Stops after what drains and before the web server's graceful shutdown, whose phase is {@code MAX-1024}. */
    static final class Drained implements SmartLifecycle {
        private volatile boolean running;

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            say("drained");
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return Integer.MAX_VALUE - 1000;
        }
    }
}
