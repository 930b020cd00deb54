package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseSettings.OverrunPolicy;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.jdbc.JdbcLeaseStore;
import io.muster.lease.store.InMemoryLeaseStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

class MusterLeaseAutoConfigurationTest {
    private final ApplicationContextRunner bare =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(MusterLeaseAutoConfiguration.class));

    @Test
    void theDefaultsAreThoseOfTheCore() {
        bare.withPropertyValues("muster.lease.store=memory", "spring.application.name=billing")
                .run(context -> {
                    LeaseSettings settings = context.getBean(Leases.class).settings();
                    assertThat(settings.holder()).matches("billing@.+-[0-9a-f]{8}");
                    assertThat(settings).isEqualTo(LeaseSettings.defaults(settings.holder()));
                });
    }

    @Test
    void eachPropertyArrives() {
        bare.withPropertyValues(
                        "muster.lease.store=memory",
                        "muster.lease.holder=billing-1",
                        "muster.lease.ttl=20s",
                        "muster.lease.max-hold=2h",
                        "muster.lease.halt-grace=3s",
                        "muster.lease.on-overrun=halt",
                        "muster.lease.max-leases=7",
                        "muster.lease.allow-weak-store=true")
                .run(context -> assertThat(context.getBean(Leases.class).settings())
                        .isEqualTo(new LeaseSettings(
                                "billing-1",
                                Duration.ofSeconds(20),
                                Duration.ofHours(2),
                                Duration.ofSeconds(3),
                                OverrunPolicy.HALT,
                                7,
                                true)));
    }

    @ParameterizedTest
    @CsvSource({
        "muster.lease.ttl=0s, muster.lease.ttl must be positive but was PT0S",
        "muster.lease.max-hold=-1s, muster.lease.max-hold must be positive but was PT-1S",
        "muster.lease.halt-grace=0s, muster.lease.halt-grace must be positive but was PT0S",
        "muster.lease.guard.transaction-limit=999ms, muster.lease.guard.transaction-limit must be from PT1S to PT24H but was PT0.999S",
        "muster.lease.max-leases=0, muster.lease.max-leases must be between 1 and 10000 but was 0",
        "muster.lease.ttl=900ms, ttl must be from PT1S to 1 day"
    })
    void aValueThatBreaksItsRuleStopsTheStart(String property, String message) {
        bare.withPropertyValues("muster.lease.store=memory", property)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
    }

    @Test
    void withoutAnyStoreTheStartSaysWhatToDo() {
        bare.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(LeaseSetupException.class)
                .hasMessageContaining("no DataSource")
                .hasMessageContaining("'muster.lease.store'"));
    }

    @Test
    void aStoreOfTheApplicationIsUsed() {
        bare.withUserConfiguration(OwnStore.class)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(LeaseStore.class));
    }

    @Test
    void aSingleDataSourceIsTheStore() {
        TestContexts.h2().run(context -> {
            assertThat(context.getBean(LeaseStore.class)).isInstanceOf(JdbcLeaseStore.class);
            assertThat(context.getBean(DataSource.class)).isNotInstanceOf(FencedDataSource.class);
            assertThat(context).doesNotHaveBean(JdbcFence.class);
            assertThat(context.getBean(Leases.class).tryAcquire("a")).isPresent();
        });
    }

    @Test
    void thePrimaryDataSourceOfSeveralIsTheStoreAndIsGuarded() {
        bare.withUserConfiguration(TwoDataSources.class)
                .withPropertyValues("muster.lease.jdbc.create-schema=true", "muster.lease.guard.data-source=true")
                .run(context -> {
                    assertThat(context.getBean("first")).isNotInstanceOf(FencedDataSource.class);
                    assertThat(context.getBean("second")).isInstanceOf(FencedDataSource.class);
                    assertThat(context.getBean(Leases.class).tryAcquire("a")).isPresent();
                });
    }

    @Test
    void severalDataSourcesWithoutAPrimaryOneAreAnError() {
        bare.withUserConfiguration(NoPrimary.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(LeaseSetupException.class)
                        .hasMessageContaining("none of them primary"));
    }

    @Test
    void aDatabaseWithoutTheSchemaIsAnErrorThatSaysWhatToDo() {
        TestContexts.h2()
                .withPropertyValues("muster.lease.jdbc.create-schema=false")
                .run(context -> assertThat(setupException(context.getStartupFailure()))
                        .hasMessageContaining("MUSTER_LEASE")
                        .hasMessageContaining("'muster.lease.jdbc.create-schema'"));
    }

    @Test
    void aGuardWithoutADataSourceIsAnError() {
        bare.withPropertyValues("muster.lease.store=memory", "muster.lease.guard.data-source=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(LeaseSetupException.class)
                        .hasMessageContaining("guards nothing"));
    }

    @Test
    void redisIsRefusedUnlessWeakStoresAreAllowed() {
        bare.withPropertyValues("muster.lease.store=redis")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("muster.lease.allow-weak-store must be true"));
        bare.withPropertyValues("muster.lease.store=redis", "muster.lease.allow-weak-store=true")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("spring.data.redis"));
        bare.withPropertyValues(
                        "muster.lease.store=redis",
                        "muster.lease.allow-weak-store=true",
                        "muster.lease.redis.url=redis://:secret@localhost:1")
                .run(context -> assertThat(setupException(context.getStartupFailure()))
                        .hasMessageContaining("Redis cannot be used")
                        .hasMessageNotContaining("secret"));
        bare.withPropertyValues("muster.lease.store=redis", "muster.lease.allow-weak-store=true")
                .withClassLoader(new FilteredClassLoader("io.lettuce.core"))
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("lettuce-core"));
    }

    @Test
    void thereIsNothingWhereLeasesAreOff() {
        bare.withPropertyValues("muster.lease.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Leases.class));
    }

    @Test
    void eachPropertyIsDescribedForEditors() throws IOException {
        Map<String, Object> described = new TreeMap<>();
        String file = "META-INF/spring-configuration-metadata.json";
        for (URL url : Collections.list(getClass().getClassLoader().getResources(file))) {
            try (InputStream in = url.openStream()) {
                Map<String, Object> metadata = JsonParserFactory.getJsonParser()
                        .parseMap(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                for (Object property : (List<?>) metadata.getOrDefault("properties", List.of())) {
                    Map<?, ?> entry = (Map<?, ?>) property;
                    String name = String.valueOf(entry.get("name"));
                    if (name.startsWith("muster.lease.")) {
                        described.put(name, String.valueOf(entry.get("description")));
                    }
                }
            }
        }
        assertThat(described)
                .containsKeys(
                        "muster.lease.allow-weak-store",
                        "muster.lease.enabled",
                        "muster.lease.guard.data-source",
                        "muster.lease.guard.transaction-limit",
                        "muster.lease.halt-grace",
                        "muster.lease.holder",
                        "muster.lease.jdbc.create-schema",
                        "muster.lease.max-hold",
                        "muster.lease.max-leases",
                        "muster.lease.on-overrun",
                        "muster.lease.redis.url",
                        "muster.lease.store",
                        "muster.lease.ttl")
                .doesNotContainValue("null");
    }

    private static LeaseSetupException setupException(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof LeaseSetupException)) {
            cause = cause.getCause();
        }
        assertThat(cause).isInstanceOf(LeaseSetupException.class);
        return (LeaseSetupException) cause;
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStore {
        @Bean
        LeaseStore store() {
            return new InMemoryLeaseStore();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoDataSources {
        @Bean
        DataSource first() {
            return h2();
        }

        @Bean
        @Primary
        DataSource second() {
            return h2();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NoPrimary {
        @Bean
        DataSource first() {
            return h2();
        }

        @Bean
        DataSource second() {
            return h2();
        }
    }

    private static DataSource h2() {
        return DataSourceBuilder.create()
                .url("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1")
                .build();
    }
}
