package io.muster.benchmarks.calls;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Tells on the standard output when an instance got where it is, on the machine's monotonic clock: {@code MOMENT name nanos}.
 * {@code ready} is Boot's readiness, {@code first} the arrival of the first request for work, {@code closing} the beginning of a stop and
 * {@code drained} the moment at which the web server is told to finish what runs.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class Moments implements Filter {
    private final AtomicBoolean first = new AtomicBoolean();

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean work = request instanceof HttpServletRequest http
                && http.getRequestURI().equals("/work");
        if (work && !first.get() && first.compareAndSet(false, true)) {
            say("first");
        }
        chain.doFilter(request, response);
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
