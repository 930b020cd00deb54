package io.muster.stacks.openfeign;

import io.muster.client.RegistryClient;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestFleet;
import io.muster.client.spring.TestRegistry;
import io.muster.client.spring.TestTraffic;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** A {@link TestFleet} and a caller with Feign clients in this process. */
final class FeignStack implements AutoCloseable {
    private final TestFleet fleet = TestFleet.start(WebApplicationType.SERVLET, Stock.class);
    private final ConfigurableApplicationContext caller;

    private FeignStack() {
        caller = TestApplication.run(
                fleet.registry(),
                WebApplicationType.SERVLET,
                Caller.class,
                "spring.application.name=caller",
                "fixed.url=http://127.0.0.1:" + fleet.port(0),
                "spring.cloud.openfeign.client.config.hasty.connect-timeout=20000",
                "spring.cloud.openfeign.client.config.hasty.read-timeout=200",
                "muster.load-balancer.services.stock.strategy=round-robin",
                "muster.load-balancer.services.stock.decline-when-busy=true",
                "muster.load-balancer.services.fleet.strategy=round-robin");
    }

    static FeignStack start() {
        FeignStack stack = new FeignStack();
        RegistryClient client = stack.caller.getBean(RegistryClient.class);
        TestRegistry.waiting()
                .until(() -> client.view("stock").up().size() == 2
                        && !client.view("fleet").up().isEmpty());
        return stack;
    }

    TestFleet fleet() {
        return fleet;
    }

    ConfigurableApplicationContext caller() {
        return caller;
    }

    <T> T client(Class<T> type) {
        return caller.getBean(type);
    }

    TestTraffic traffic(String service) {
        return TestTraffic.of(caller, service);
    }

    @Override
    public void close() {
        caller.close();
        fleet.close();
    }
}
