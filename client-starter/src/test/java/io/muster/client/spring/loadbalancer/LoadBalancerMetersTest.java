package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.api.InstanceStatus;
import io.muster.client.TestViews;
import io.muster.client.spring.loadbalancer.Backend.Behaviour;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadBalancerMetersTest {
    private final BalancedApplication application =
            BalancedApplication.run("muster.load-balancer.strategy=round-robin");
    private final MeterRegistry meters = new SimpleMeterRegistry();

    @AfterEach
    void stopApplication() {
        application.close();
    }

    @Test
    void countTheCallsOfEachService() {
        new LoadBalancerMeters(application.context().getBean(ServiceBalancers.class)).bindTo(meters);
        Backend good = application.backend(Behaviour.ANSWER);
        application.publish(
                "orders",
                TestViews.instance("gone", Backend.refusingPort(), InstanceStatus.UP),
                TestViews.instance(good.id(), good.port(), InstanceStatus.UP));
        application.publish("carts", new Backend[0]);
        ClientKind.Caller orders = ClientKind.REST_CLIENT_JDK.of(application.context(), "orders");

        orders.get();
        orders.get();
        assertThatThrownBy(ClientKind.REST_CLIENT_JDK.of(application.context(), "carts")::get)
                .isInstanceOf(NoInstanceException.class);

        assertThat(requests("orders", "SUCCESS")).isEqualTo(2);
        assertThat(requests("orders", "REFUSED")).isEqualTo(1);
        assertThat(counter("orders", "retries")).isEqualTo(1);
        assertThat(counter("orders", "retries.denied")).isZero();
        assertThat(counter("orders", "leaked")).isZero();
        assertThat(gauge("orders", "inflight")).isZero();
        assertThat(gauge("orders", "endpoints")).isEqualTo(2);
        assertThat(gauge("orders", "ejected")).isEqualTo(1);
        assertThat(counter("carts", "noinstance")).isEqualTo(1);
    }

    @Test
    void showServicesThatWereCalledBefore() {
        application.publish("orders", application.backend(Behaviour.ANSWER));
        ClientKind.REST_CLIENT_JDK.of(application.context(), "orders").get();

        new LoadBalancerMeters(application.context().getBean(ServiceBalancers.class)).bindTo(meters);

        assertThat(requests("orders", "SUCCESS")).isEqualTo(1);
    }

    private double requests(String service, String outcome) {
        return meters.get("muster.loadbalancer.requests")
                .tags("service", service, "outcome", outcome.toLowerCase(Locale.ROOT))
                .functionCounter()
                .count();
    }

    private double counter(String service, String name) {
        return meters.get("muster.loadbalancer." + name)
                .tag("service", service)
                .functionCounter()
                .count();
    }

    private double gauge(String service, String name) {
        return meters.get("muster.loadbalancer." + name)
                .tag("service", service)
                .gauge()
                .value();
    }
}
