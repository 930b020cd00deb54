package io.muster.stacks.leases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.client.RegistryLeaseStore;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseStore;
import io.muster.lease.spring.LeaderOnly;
import io.muster.lease.spring.Leased;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** Two processes' worth of contexts that share a registry, with no setting but its URL. */
@Timeout(180)
class LeasedApplicationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void leasesAndLeadersWorkOverTheRegistryWithNoFurtherSetting(@TempDir Path directory) {
        try (LeaseRegistry registry = LeaseRegistry.start(directory, 0)) {
            ConfigurableApplicationContext first = application(registry);
            try (ConfigurableApplicationContext second = application(registry)) {
                assertThat(first.getBean(LeaseStore.class)).isInstanceOf(RegistryLeaseStore.class);
                Jobs one = first.getBean(Jobs.class);
                Jobs two = second.getBean(Jobs.class);
                await().atMost(PATIENCE)
                        .until(() -> one.led().size() + two.led().size() > 3);
                assertThat(List.of(one.led().isEmpty(), two.led().isEmpty()))
                        .as("one of them leads")
                        .containsExactlyInAnyOrder(true, false);
                await().atMost(PATIENCE)
                        .until(() -> one.runs().size() + two.runs().size() > 3);
                Jobs follower = one.led().isEmpty() ? one : two;
                long before = (one.led().isEmpty() ? two : one).led().get(0);

                if (follower == two) {
                    first.close();
                    await().atMost(PATIENCE).until(() -> !follower.led().isEmpty());
                    assertThat(follower.led().get(0)).as("fencing token").isGreaterThan(before);
                }
            } finally {
                first.close();
            }
        }
    }

    private static ConfigurableApplicationContext application(LeaseRegistry registry) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.application.name=jobs",
                        "--spring.main.banner-mode=off",
                        "--muster.registry.urls=" + registry.url());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableScheduling
    @Import(Jobs.class)
    static class Application {}

    static class Jobs {
        private final List<Long> runs = new CopyOnWriteArrayList<>();
        private final List<Long> led = new CopyOnWriteArrayList<>();

        /** Tokens of the runs; of the bean behind the proxy. */
        public List<Long> runs() {
            return runs;
        }

        public List<Long> led() {
            return led;
        }

        @Scheduled(fixedDelay = 50)
        @Leased(name = "run")
        public void run() {
            runs.add(LeaseContext.current().fencingToken());
        }

        @Scheduled(fixedDelay = 50)
        @LeaderOnly("lead")
        public void lead() {
            led.add(LeaseContext.current().fencingToken());
        }
    }
}
