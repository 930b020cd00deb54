package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisURI;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.redis.RedisServer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.data.redis.RedisConnectionDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Annotated methods over a real Redis that was allowed aloud. */
@Timeout(240)
class RedisStoreTest {
    private static RedisURI server;
    private final ApplicationContextRunner allowed = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MusterLeaseAutoConfiguration.class))
            .withPropertyValues("muster.lease.store=redis", "muster.lease.allow-weak-store=true")
            .withBean(Job.class);

    @BeforeAll
    static void startServer() {
        server = RedisServer.uri();
    }

    @Test
    void oneProcessWorksAndTheOtherIsSkipped() {
        ApplicationContextRunner byUrl = allowed.withPropertyValues(
                "muster.lease.redis.url=redis://" + server.getHost() + ":" + server.getPort());
        // As spring.data.redis.* would say it.
        ApplicationContextRunner bySpring = allowed.withBean(RedisConnectionDetails.class, SpringRedis::new);
        byUrl.run(one -> bySpring.run(other -> {
            assertThat(one.getBean(Leases.class).storeTraits().durability()).isEqualTo(LeaseStore.Durability.WEAK);
            Job first = one.getBean(Job.class);
            Job second = other.getBean(Job.class);

            long token = first.work(() -> {
                        // A thread works under one lease of a name at most.
                        assertThat(CompletableFuture.supplyAsync(() -> second.work(() -> true)))
                                .succeedsWithin(Duration.ofSeconds(30))
                                .isEqualTo(Optional.empty());
                        return true;
                    })
                    .orElseThrow();
            assertThat(second.work(() -> true).orElseThrow()).isGreaterThan(token);
        }));
    }

    private static final class SpringRedis implements RedisConnectionDetails {
        @Override
        public Standalone getStandalone() {
            return Standalone.of(server.getHost(), server.getPort());
        }
    }

    static class Job {
        @Leased("redis-job")
        public Optional<Long> work(Supplier<Boolean> work) {
            assertThat(work.get()).isTrue();
            return Optional.of(LeaseContext.current().fencingToken());
        }
    }
}
