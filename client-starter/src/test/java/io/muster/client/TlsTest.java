package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.registry.RunningRegistry;
import io.muster.registry.TestTokens;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A registry that speaks TLS, asks for its clients' keys, and for tokens. */
@Timeout(120)
class TlsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    private static TestKeys keys;
    private static RunningRegistry registry;
    private static URI url;

    @BeforeAll
    static void start() throws Exception {
        keys = new TestKeys(folder);
        List<String> properties = new ArrayList<>(keys.bundle("server"));
        properties.addAll(
                List.of("server.ssl.bundle=server", "server.ssl.client-auth=need", "muster.server.heartbeat=100ms"));
        registry = RunningRegistry.start(
                new TestTokens().with("orders", "read", "register:orders").and(properties.toArray(String[]::new)));
        url = URI.create("https://127.0.0.1:" + registry.port());
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void registersRenewsAndWatchesOverMutualTls() throws Exception {
        ClientConfig config = config(keys.clientContext(true));
        try (RegistryClient client = RegistryClient.create(config)) {
            client.start();
            ServiceView view = client.view("orders");
            InstanceRegistration registration =
                    client.register("orders", "a", Registration.of("p", "127.0.0.1", registry.port()));
            registration.start().get(20, TimeUnit.SECONDS);
            registration.update(InstancePatch.status(InstanceStatus.UP));
            await().until(() -> view.up().size() == 1);

            long registered = System.nanoTime();
            await().until(() -> {
                RegistrationState state = registration.state();
                return state.sinceRenewal() != null
                        && System.nanoTime() - state.sinceRenewal().toNanos() > registered;
            });
            assertThat(client.lookup("orders").get(10, TimeUnit.SECONDS).instances())
                    .hasSize(1);
            assertThat(client.refusal()).isEmpty();
        }
    }

    @Test
    void aClientWithoutAKeyIsNotServed() throws Exception {
        try (RegistryClient client = RegistryClient.create(config(keys.clientContext(false)))) {
            assertThatThrownBy(() -> client.services().get(20, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(Exception.class)
                    .isInstanceOf(java.util.concurrent.ExecutionException.class);
        }
    }

    @Test
    void aRegistryThatIsNotTrustedGetsNoToken() {
        ClientConfig config = ClientConfig.of(url).withSecurity(ClientSecurity.NONE.withToken("mst_orders"));
        try (RegistryClient client = RegistryClient.create(config)) {
            assertThatThrownBy(() -> client.services().get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SSLException.class);
        }
    }

    @Test
    void theStarterTakesABundleAndAToken() {
        List<String> properties = new ArrayList<>(keys.bundle("client"));
        properties.addAll(List.of(
                "muster.registry.urls=" + url,
                "muster.registry.ssl.bundle=client",
                "muster.registry.view-file=",
                "muster.registry.token=mst_orders"));
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(SslAutoConfiguration.class, MusterClientAutoConfiguration.class))
                .withPropertyValues(properties.toArray(String[]::new))
                .run(context -> {
                    RegistryClient client = context.getBean(RegistryClient.class);
                    assertThat(client.services().get(20, TimeUnit.SECONDS).namespace())
                            .isEqualTo("default");
                });
    }

    private static ClientConfig config(SSLContext context) {
        return ClientConfig.of(url)
                .withSecurity(ClientSecurity.NONE.withToken("mst_orders").withSslContext(context));
    }
}
