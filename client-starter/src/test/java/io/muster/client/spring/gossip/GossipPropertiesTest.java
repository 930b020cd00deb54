package io.muster.client.spring.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.InvalidFieldException;
import io.muster.client.Discovery;
import io.muster.client.GossipDiscovery;
import io.muster.client.RegistryClient;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.gossip.GossipNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class GossipPropertiesTest {
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(MusterClientAutoConfiguration.class, MusterGossipAutoConfiguration.class))
            .withPropertyValues("muster.discovery.mode=gossip", "muster.gossip.port=0");

    @Test
    void makesThisProcessAMember() {
        runner.withPropertyValues("spring.application.name=stock", "muster.registry.urls=http://127.0.0.1:1")
                .run(context -> {
                    assertThat(context).hasSingleBean(Discovery.class).doesNotHaveBean(RegistryClient.class);
                    GossipDiscovery discovery = context.getBean(GossipDiscovery.class);
                    assertThat(discovery.state().name()).matches("stock-[0-9a-f]{8}");
                    assertThat(discovery.state().address().port()).isPositive();
                });
    }

    @Test
    void isOffUnlessItIsAskedFor() {
        runner.withPropertyValues("muster.discovery.mode=registry")
                .run(context -> assertThat(context).doesNotHaveBean(Discovery.class));
    }

    @Test
    void sealsWithTheLargestKeyUnlessAnotherIsNamed() {
        runner.withPropertyValues("muster.gossip.keys.1=" + KEY, "muster.gossip.keys.7=" + KEY)
                .run(context -> assertThat(used(context.getBean(GossipProperties.class)))
                        .isEqualTo(7));
        runner.withPropertyValues(
                        "muster.gossip.keys.1=" + KEY, "muster.gossip.keys.7=" + KEY, "muster.gossip.key-in-use=1")
                .run(context -> assertThat(used(context.getBean(GossipProperties.class)))
                        .isEqualTo(1));
    }

    @ParameterizedTest
    @CsvSource({
        "port, 70000, muster.gossip.port must be between 0 and 65535 but was 70000",
        "address, localhost, muster.gossip.address must be a literal IP address",
        "address, 0.0.0.0, muster.gossip.address must be a literal IP address",
        "address, 10.0.0.1, muster.gossip.keys must be set where muster.gossip.address is not loopback",
        "seeds, stock:x, muster.gossip.seeds must be host:port each",
        "seeds, stock:0, muster.gossip.seeds must be host:port each",
        "seeds, does-not-exist.invalid:7072, muster.gossip.seeds must be hosts of which at least one can be resolved",
        "keys.1, short, muster.gossip.keys.1 must be 32 bytes in base64",
        "keys.256, AAAA, muster.gossip.keys must be numbered 0 to 255",
        "key-in-use, 3, muster.gossip.key-in-use must be the number of one of the keys",
        "name, has space, muster.gossip.name must be 1 to 64 characters",
        "cluster, '', muster.gossip.cluster must be 1 to 255 characters"
    })
    void refusesWhatBreaksARule(String property, String value, String message) {
        runner.withPropertyValues("muster.gossip." + property + "=" + value)
                .run(context -> assertThat(invalid(context.getStartupFailure())).startsWith(message));
    }

    @Test
    void neverShowsAKey() {
        runner.withPropertyValues("muster.gossip.keys.1=secret-secret")
                .run(context -> assertThat(invalid(context.getStartupFailure())).doesNotContain("secret-secret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gossip", "BOTH"})
    void saysWhatIsMissing(String mode) {
        runner.withClassLoader(new FilteredClassLoader(GossipNode.class))
                .withPropertyValues("muster.discovery.mode=" + mode)
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .contains("muster.discovery.mode must be registry while")
                        .contains("muster-gossip-module"));
    }

    @Test
    void bothNeedARegistry() {
        runner.withPropertyValues("muster.discovery.mode=both")
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .startsWith("muster.registry.urls must be set where muster.discovery.mode is both"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:80, 10.0.0.1, 80",
        "10.0.0.1, 10.0.0.1, 7072",
        "[::1]:80, 0:0:0:0:0:0:0:1, 80",
        "[::1], 0:0:0:0:0:0:0:1, 7072",
        "::1, 0:0:0:0:0:0:0:1, 7072"
    })
    void readsSeedsAsPeopleWriteThem(String seed, String host, int port) {
        assertThat(Seeds.resolve(List.of(seed))).singleElement().satisfies(address -> {
            assertThat(address.host()).isEqualTo(host);
            assertThat(address.port()).isEqualTo(port);
        });
    }

    @Test
    void hasBounds() {
        List<String> seeds = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            seeds.add("muster.gossip.seeds[" + i + "]=127.0.0.1:" + (7000 + i));
        }
        runner.withPropertyValues(seeds.toArray(String[]::new))
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .isEqualTo("muster.gossip.seeds must be at most 64 but was 65"));
    }

    private static int used(GossipProperties properties) {
        return Objects.requireNonNull(properties.toConfig("stock", 1, List.of()).keyring())
                .used();
    }

    private static String invalid(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidFieldException invalid) {
                return String.valueOf(invalid.getMessage());
            }
        }
        return "no property was named invalid by " + failure;
    }
}
