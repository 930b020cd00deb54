package io.muster.client.spring.registration;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Takes the application's readiness to the registry: UP while it accepts traffic, STARTING while it refuses it. Boot refuses
 * traffic just before it closes a context; once it is closed nothing brings UP back.
 */
final class ReadinessListener implements ApplicationListener<ApplicationEvent> {
    private final LocalInstance instance;
    private final ApplicationContext context;
    private volatile boolean closed;

    ReadinessListener(LocalInstance instance, ApplicationContext context) {
        this.instance = instance;
        this.context = context;
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof ContextClosedEvent closing && closing.getApplicationContext() == context) {
            closed = true;
        } else if (event instanceof AvailabilityChangeEvent<?> change
                && change.getState() instanceof ReadinessState readiness
                && !closed) {
            instance.ready(readiness == ReadinessState.ACCEPTING_TRAFFIC);
        }
    }
}
