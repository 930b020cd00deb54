package io.muster.registry.proxy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** What operators see of the proxy: health and meters. An open circuit breaker is a service's illness, not the proxy's. */
public final class ProxyInsight implements HealthIndicator, MeterBinder {
    private final ProxyServer server;

    /** @param server what is shown */
    public ProxyInsight(ProxyServer server) {
        this.server = server;
    }

    @Override
    public Health health() {
        Map<String, String> breakers = new TreeMap<>();
        for (ProxiedService service : server.services()) {
            CircuitBreaker breaker = service.breaker();
            if (breaker != null) {
                breakers.put(breaker.getName(), breaker.getState().name());
            }
        }
        Health.Builder health = server.isRunning() ? Health.up() : Health.down();
        if (!breakers.isEmpty()) {
            health.withDetail("circuitBreakers", breakers);
        }
        return health.withDetail("port", server.port())
                .withDetail("requests", server.underWay())
                .withDetail("streams", server.openStreams())
                .withDetail("services", server.services().size())
                .build();
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("muster.proxy.under.way", server, ProxyServer::underWay)
                .description("Requests that the proxy is passing on")
                .register(meters);
        Gauge.builder("muster.proxy.streams", server, ProxyServer::openStreams)
                .description("Event streams and WebSockets that are open")
                .register(meters);
        Gauge.builder("muster.proxy.circuit.breakers.open", server, ProxyInsight::open)
                .description("Services that are left alone because they fail")
                .register(meters);
    }

    private static double open(ProxyServer server) {
        return server.services().stream()
                .filter(service -> {
                    CircuitBreaker breaker = service.breaker();
                    return breaker != null && breaker.getState() == CircuitBreaker.State.OPEN;
                })
                .count();
    }
}
