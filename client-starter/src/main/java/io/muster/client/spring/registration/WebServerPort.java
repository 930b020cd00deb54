package io.muster.client.spring.registration;

import java.util.OptionalInt;
import org.springframework.boot.web.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/**
 * Remembers the port on which the application's own web server listens. The management server's events reach this context
 * too and are passed over. The one class that knows the event's package, which moves in Boot 4.
 */
final class WebServerPort implements ApplicationListener<WebServerInitializedEvent> {
    private volatile int port = -1;

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        if (!"management".equals(event.getApplicationContext().getServerNamespace())) {
            port = event.getWebServer().getPort();
        }
    }

    /** The port; empty while none is listening. */
    OptionalInt get() {
        int current = port;
        return current > 0 ? OptionalInt.of(current) : OptionalInt.empty();
    }
}
