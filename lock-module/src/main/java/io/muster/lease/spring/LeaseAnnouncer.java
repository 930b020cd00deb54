package io.muster.lease.spring;

import io.muster.lease.LeaseEvent;
import io.muster.lease.StaleFenceException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/** Tells what happens to leases: to the listeners, one that fails harming no other, then to the application as events. */
final class LeaseAnnouncer implements Consumer<LeaseEvent> {
    private static final Logger log = LoggerFactory.getLogger(LeaseAnnouncer.class);

    private final List<LeaseListener> listeners;
    private final ApplicationEventPublisher application;
    private final BooleanSupplier closing;

    /** @param closing whether the application ends, so that it may be too late to tell it anything */
    LeaseAnnouncer(List<LeaseListener> listeners, ApplicationEventPublisher application, BooleanSupplier closing) {
        this.listeners = List.copyOf(listeners);
        this.application = application;
        this.closing = closing;
    }

    @Override
    public void accept(LeaseEvent event) {
        listeners.forEach(listener -> safely(() -> listener.on(event)));
        safely(() -> application.publishEvent(event));
    }

    void refused(StaleFenceException refusal) {
        listeners.forEach(listener -> safely(() -> listener.refused(refusal)));
    }

    private void safely(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException e) {
            if (closing.getAsBoolean()) {
                log.debug("An event of a lease came when the application had ended", e);
            } else {
                log.error("A listener to leases failed", e);
            }
        }
    }
}
