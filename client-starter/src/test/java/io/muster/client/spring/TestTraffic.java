package io.muster.client.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.client.spring.loadbalancer.BalancerReport;
import io.muster.client.spring.loadbalancer.BalancerReport.EndpointReport;
import io.muster.client.spring.loadbalancer.ServiceBalancers;
import io.muster.lb.Outcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;

/** What an application's balancer says became of its calls to one service since this was made. */
public final class TestTraffic {
    private final ServiceBalancers balancers;
    private final String service;
    private final Map<Outcome, Long> before;

    private TestTraffic(ServiceBalancers balancers, String service) {
        this.balancers = balancers;
        this.service = service;
        this.before = outcomes();
    }

    /** The application's calls to a service from now on. */
    public static TestTraffic of(ApplicationContext application, String service) {
        return new TestTraffic(application.getBean(ServiceBalancers.class), service);
    }

    /** Calls that ended so. */
    public long ended(Outcome outcome) {
        return outcomes().getOrDefault(outcome, 0L) - before.getOrDefault(outcome, 0L);
    }

    /** Calls under way, those of before too. */
    public long inFlight() {
        BalancerReport report = report();
        return report == null ? 0 : report.inFlight();
    }

    /** The instances that may be called; none before the first call. */
    public List<EndpointReport> endpoints() {
        BalancerReport report = report();
        return report == null ? List.of() : report.endpoints();
    }

    /** The ids of those that are in the rotation. */
    public List<String> rotation() {
        return endpoints().stream()
                .filter(EndpointReport::eligible)
                .map(EndpointReport::id)
                .toList();
    }

    /** Waits until so many calls have ended so and no others, and none is under way. */
    public void awaitOnly(Outcome outcome, long calls) {
        TestRegistry.waiting().untilAsserted(() -> {
            assertThat(ended()).isEqualTo(Map.of(outcome, calls));
            assertIdle();
        });
    }

    /** Waits until no call is under way. */
    public void awaitIdle() {
        TestRegistry.waiting().untilAsserted(this::assertIdle);
    }

    private Map<Outcome, Long> ended() {
        Map<Outcome, Long> ended = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            if (ended(outcome) != 0) {
                ended.put(outcome, ended(outcome));
            }
        }
        return ended;
    }

    private void assertIdle() {
        assertThat(inFlight()).isZero();
        assertThat(endpoints())
                .allSatisfy(
                        endpoint -> assertThat(endpoint.statistics().inFlight()).isZero());
    }

    private @Nullable BalancerReport report() {
        return balancers.reports().get(service);
    }

    private Map<Outcome, Long> outcomes() {
        BalancerReport report = report();
        return report == null ? Map.of() : report.requests();
    }
}
