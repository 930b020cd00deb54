package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import io.muster.client.ScriptedRegistry.Answer;
import io.muster.client.ScriptedRegistry.Request;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.registry.RunningRegistry;
import io.muster.registry.TestTokens;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Tokens on the client's side. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class CredentialsTest {
    private static final Registration REGISTRATION = Registration.of("p", "127.0.0.1", 80);

    @Test
    void aTokenOpensEverythingItsScopesName() throws Exception {
        try (RunningRegistry registry = RunningRegistry.start(new TestTokens()
                        .with("orders", "read", "register:orders")
                        .and());
                RegistryClient client = client(registry.url(), "mst_orders")) {
            client.start();
            ServiceView view = client.view("orders");
            client.register("orders", "a", REGISTRATION.withStatus(InstanceStatus.UP))
                    .start()
                    .get(20, TimeUnit.SECONDS);
            await().until(() -> view.up().size() == 1);
            assertThat(client.refusal()).isEmpty();
        }
    }

    @Test
    void aTokenOfOneNamespaceIsEnoughForAClientThere() throws Exception {
        String[] properties = new TestTokens()
                .with("blue", "read", "register:*")
                .also("namespaces[0]=blue")
                .and("muster.server.heartbeat=200ms", "muster.server.ttl=6s");
        try (RunningRegistry registry = RunningRegistry.start(properties);
                RegistryClient client = RegistryClient.create(ClientConfig.of(registry.url())
                        .withNamespace("blue")
                        .withSecurity(ClientSecurity.NONE.withToken("mst_blue")))) {
            client.start();
            await().until(() -> client.state().connected());
            // The stream is open: this replaces its services.
            ServiceView view = client.view("orders");
            InstanceRegistration registration =
                    client.register("orders", "a", REGISTRATION.withStatus(InstanceStatus.UP));
            registration.start().get(20, TimeUnit.SECONDS);
            await().until(() -> view.up().size() == 1);
            await().atMost(java.time.Duration.ofSeconds(60))
                    .until(() -> !client.state().warming());

            // It is complete once the client has acknowledged what its own stream brought.
            assertThat(registration
                            .drain(java.time.Duration.ofSeconds(20))
                            .get(30, TimeUnit.SECONDS)
                            .orElseThrow()
                            .complete())
                    .isTrue();
            await().until(() -> view.up().isEmpty());
            assertThat(client.refusal()).isEmpty();
        }
    }

    @Test
    void anUnknownTokenIsOneErrorAndNoHammering(CapturedOutput output) throws Exception {
        try (ScriptedRegistry registry = new ScriptedRegistry();
                RegistryClient client = client(registry.url(), "mst_wrong")) {
            registry.script(request -> Answer.json(401, "{\"title\":\"Unauthenticated\",\"status\":401}"));
            client.start();
            var unused = client.register("orders", "a", REGISTRATION).start();
            await().until(() -> !registry.requests("PUT", "/instances/").isEmpty()
                    && client.refusal().isPresent()
                    && !client.state().problem().isEmpty());
            assertThat(client.refusal().orElseThrow()).contains("does not accept the token");

            // Usual back-off makes many attempts within this time; being refused waits for 5 s at least.
            for (List<Request> attempts :
                    List.of(awaitTwo(registry, "GET", "/v1/watch"), awaitTwo(registry, "PUT", "/instances/"))) {
                assertThat(attempts.get(1).cameNanos() - attempts.get(0).cameNanos())
                        .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(5));
            }
        }
        assertThat(output.toString().lines().filter(line -> line.contains(" ERROR ")))
                .hasSize(1)
                .first()
                .asString()
                .contains("Set muster.registry.token");
        assertThat(output).doesNotContain("mst_wrong");
    }

    @Test
    void aMissingScopeIsNamedAndWhatIsAllowedGoesOn(CapturedOutput output) throws Exception {
        try (RunningRegistry registry = RunningRegistry.start(
                        new TestTokens().with("reader", "read").and());
                RegistryClient client = client(registry.url(), "mst_reader")) {
            client.start();
            assertThat(client.view("orders").first().get(20, TimeUnit.SECONDS).instances())
                    .isEmpty();
            InstanceRegistration registration = client.register("orders", "a", REGISTRATION);
            var unused = registration.start();
            await().until(() -> client.refusal().isPresent());
            assertThat(client.refusal().orElseThrow())
                    .contains("registration of orders/a")
                    .contains("token reader lacks the scope register:orders");
            assertThat(registration.state().problem()).contains("403");
            assertThat(client.state().connected()).isTrue();

            registration.stop().get(10, TimeUnit.SECONDS);
            assertThat(client.refusal()).isEmpty();
        }
        assertThat(output).contains("lacks the scope register:orders");
    }

    @Test
    void aRedirectionTakesTheTokenNowhere() throws Exception {
        try (ScriptedRegistry elsewhere = new ScriptedRegistry();
                ScriptedRegistry registry = new ScriptedRegistry();
                RegistryClient client = client(registry.url(), "mst_secret")) {
            registry.script(request -> new Answer(307, Map.of("Location", elsewhere.url() + request.path()), ""));
            client.start();
            assertThatThrownBy(() -> client.services().get(10, TimeUnit.SECONDS))
                    .isNotNull();
            await().until(() -> !client.state().problem().isEmpty());
            assertThat(elsewhere.requests("GET", "")).isEmpty();
            assertThat(registry.requests("GET", "/v1/services").get(0).headers())
                    .containsEntry("Authorization", "Bearer mst_secret");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://registry.example:7070",
                "http://10.0.0.1:7070",
                "http://localhost.example:7070",
                "http://127.0.0.1.example:7070",
                "http://[::2]:7070",
            })
    void aTokenIsNotSentInPlainTextToAnotherMachine(String url) {
        ClientSecurity token = ClientSecurity.NONE.withToken("mst_secret");
        ClientConfig config = ClientConfig.of(URI.create(url));
        assertThatThrownBy(() -> config.withSecurity(token))
                .hasMessageStartingWith("registryUrls must be https, or on loopback")
                .hasMessageContaining(url);
        assertThat(config.withSecurity(token.withPlaintextToken(true)).registryUrls())
                .hasSize(1);
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(MusterClientAutoConfiguration.class))
                .withPropertyValues("muster.registry.urls=" + url, "muster.registry.token=mst_secret")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("muster.registry.urls must be https")
                        .hasMessageContaining("muster.registry.allow-plaintext-token"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://registry.example:7070",
                "http://localhost:7070",
                "http://127.0.0.1:7070",
                "http://127.8.9.1",
                "http://[::1]:7070",
            })
    void onThisMachineAndOverTlsItIs(String url) {
        ClientConfig config =
                ClientConfig.of(URI.create(url)).withSecurity(ClientSecurity.NONE.withToken("mst_secret"));
        assertThat(config.toString()).doesNotContain("mst_secret").contains("token=******");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nX-Evil: 1", "t\u00f6ken"})
    void whatCannotBeATokenIsRefusedWithoutShowingIt(String token) {
        assertThatThrownBy(() -> ClientSecurity.NONE.withToken(token))
                .hasMessageStartingWith("token must be 1 to 500")
                .hasMessageEndingWith("something else of " + token.length() + " characters");
    }

    @Test
    void reportsWaitWhenTheRegistryAsksForIt() throws Exception {
        List<Long> reported = new CopyOnWriteArrayList<>();
        try (ScriptedRegistry registry = new ScriptedRegistry();
                RegistryClient client = RegistryClient.create(ClientConfig.of(registry.url()))) {
            registry.script(request -> {
                if (request.is("POST", "/v1/reports")) {
                    reported.add(System.nanoTime());
                    return new Answer(429, Map.of("Retry-After", "1"), "");
                }
                return ScriptedRegistry.usual(request);
            });
            client.start();
            client.reportRefused("orders", instance("a"));
            await().until(() -> reported.size() == 1);
            client.reportRefused("orders", instance("b"));
            await().until(() -> reported.size() == 2);
            assertThat(reported.get(1) - reported.get(0)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(990));
        }
    }

    @Test
    void aDrainIsAskedForAgainWhenTheRegistrySaysSo() throws Exception {
        List<Long> asked = new CopyOnWriteArrayList<>();
        try (ScriptedRegistry registry = new ScriptedRegistry();
                RegistryClient client = RegistryClient.create(ClientConfig.of(registry.url()))) {
            registry.script(request -> {
                if (!request.is("POST", "/drain")) {
                    return ScriptedRegistry.usual(request);
                }
                asked.add(System.nanoTime());
                return asked.size() == 1
                        ? new Answer(429, Map.of("Retry-After", "1"), "")
                        : Answer.json(200, "{\"position\":\"1:8\",\"complete\":true,\"warming\":false,\"waiting\":[]}");
            });
            client.start();
            InstanceRegistration registration = client.register("orders", "a", REGISTRATION);
            registration.start().get(10, TimeUnit.SECONDS);

            assertThat(registration.drain(java.time.Duration.ofSeconds(20)).get(30, TimeUnit.SECONDS))
                    .isPresent();
            assertThat(asked).hasSize(2);
            assertThat(asked.get(1) - asked.get(0)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(990));
        }
    }

    private static List<Request> awaitTwo(ScriptedRegistry registry, String method, String path) {
        return await().atMost(java.time.Duration.ofSeconds(40))
                .until(() -> registry.requests(method, path), requests -> requests.size() >= 2);
    }

    private static Instance instance(String id) {
        return ScriptedRegistry.instance(id, InstanceStatus.UP);
    }

    private static RegistryClient client(URI url, String token) {
        return RegistryClient.create(ClientConfig.of(url).withSecurity(ClientSecurity.NONE.withToken(token)));
    }
}
