package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.client.spring.loadbalancer.Backend.Behaviour;
import io.muster.lb.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {
    @ParameterizedTest
    @EnumSource(names = {"REST_CLIENT_JDK", "REST_TEMPLATE_SIMPLE"})
    void holdNoCarrierWhileTheyWait(ClientKind kind) throws Exception {
        try (BalancedApplication application = BalancedApplication.run("muster.load-balancer.first-view-timeout=60s")) {
            Backend backend = application.backend(Behaviour.ANSWER);
            ClientKind.Caller caller = kind.of(application.context(), "virtual");
            ExecutorService virtual = virtualThreads();
            List<Future<String>> calls = new ArrayList<>();
            // More threads than carriers wait for the first view; were they pinned, nobody could publish it.
            for (int i = 0; i < 50; i++) {
                calls.add(virtual.submit(caller::get));
            }
            virtual.submit(() -> application.publish("virtual", backend)).get(60, TimeUnit.SECONDS);

            for (Future<String> call : calls) {
                assertThat(call.get(60, TimeUnit.SECONDS)).isEqualTo("backend0");
            }
            application.awaitSettled("virtual", Map.of(Outcome.SUCCESS, 50L));
            virtual.shutdown();
        }
    }

    // By reflection, since the sources are compiled for 17.
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
}
