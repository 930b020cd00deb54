package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.Registered;
import io.muster.api.Registration;
import io.muster.api.ServiceList;
import io.muster.api.ServiceSnapshot;
import io.muster.registry.RegistryApplication;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** The client and the registry as they are. */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class RealRegistryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<AutoCloseable> open = new ArrayList<>();
    private ConfigurableApplicationContext registry;
    private URI url;

    @BeforeEach
    void start() {
        registry = run(0);
        url = url(registry);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        registry.close();
    }

    @Test
    void showsAnInstanceFromItsRegistrationToItsEnd() throws Exception {
        ServiceView view = client(url).view("orders");
        assertThat(view.first().get(30, TimeUnit.SECONDS).instances()).isEmpty();
        InstanceRegistration registration = register(client(url), "orders", "o-1", 1);
        registration.start().get(30, TimeUnit.SECONDS);
        await().until(() -> view.snapshot().instances().size() == 1);
        assertThat(view.up()).isEmpty();

        registration.update(new InstancePatch(InstanceStatus.UP, 50, Map.of("version", "2")));
        await().until(() -> view.up().size() == 1);
        assertThat(view.up().get(0))
                .extracting(Instance::weight, Instance::metadata, Instance::port)
                .containsExactly(50, Map.of("version", "2"), 1);

        registration.stop().get(30, TimeUnit.SECONDS);
        await().until(() -> view.snapshot().instances().isEmpty());
    }

    @Test
    void looksUpWithoutAView() throws Exception {
        RegistryClient client = client(url);
        register(client, "orders", "o-1", 1).start().get(30, TimeUnit.SECONDS);
        assertThat(client.lookup("orders").get(30, TimeUnit.SECONDS).instances())
                .extracting(Instance::id)
                .containsExactly("o-1");
        assertThat(client.lookup("nobody").get(30, TimeUnit.SECONDS).instances())
                .isEmpty();
        assertThat(client.services().get(30, TimeUnit.SECONDS).services())
                .extracting(ServiceList.Entry::name)
                .containsExactly("orders");
    }

    @Test
    void followsManyServicesThatAreAddedOneByOne() throws Exception {
        RegistryClient client = client(url);
        RegistryClient provider = client(url);
        for (int i = 0; i < 30; i++) {
            register(provider, "s" + i, "i", 1 + i).start().get(30, TimeUnit.SECONDS);
            client.view("s" + i);
        }
        await().until(() -> client.views().stream()
                .allMatch(view -> view.snapshot().instances().size() == 1));
        client.forget("s0");
        ServiceView again = client.view("s0");
        await().until(() -> again.snapshot().instances().size() == 1);
        assertThat(client.state().reconnects()).isZero();
    }

    @Test
    void staysRegisteredByHeartbeats() throws Exception {
        registry.close();
        Duration ttl = Duration.ofSeconds(6);
        registry = run(url.getPort(), ttl);
        ServiceView view = client(url).view("orders");
        InstanceRegistration registration = register(client(url), "orders", "o-1", 1);
        registration.status(InstanceStatus.UP);
        Registered first = registration.start().get(30, TimeUnit.SECONDS);
        await().until(() -> view.up().size() == 1);
        await().during(ttl.plusSeconds(3))
                .atMost(Duration.ofSeconds(60))
                .until(() -> view.up().size() == 1);
        assertThat(registration.current()).contains(first);
    }

    @Test
    void losesNoLivingInstanceWhenTheRegistryRestarts(CapturedOutput output) throws Exception {
        ServiceView view = client(url).view("orders");
        RegistryClient provider = client(url);
        for (int i = 0; i < 5; i++) {
            InstanceRegistration registration = register(provider, "orders", "o-" + i, 100 + i);
            registration.status(InstanceStatus.UP);
            registration.start().get(30, TimeUnit.SECONDS);
        }
        await().until(() -> view.up().size() == 5);
        Position before = view.snapshot().position();
        List<Set<String>> seen = new CopyOnWriteArrayList<>();
        view.onChange(snapshot -> seen.add(view.up().stream().map(Instance::id).collect(Collectors.toSet())));

        int port = url.getPort();
        registry.close();
        await().during(Duration.ofMillis(500)).until(() -> view.up().size() == 5);
        registry = run(port);

        await().atMost(PATIENCE)
                .until(() -> view.snapshot().position().epoch() != before.epoch()
                        && view.snapshot().instances().stream()
                                .allMatch(one -> one.generation().epoch()
                                        == view.snapshot().position().epoch()));
        RegistryClient newcomer = client(url);
        ServiceView fresh = newcomer.view("orders");
        await().atMost(PATIENCE)
                .until(() -> fresh.up().size() == 5 && !newcomer.state().warming());
        await().during(Duration.ofSeconds(1)).until(() -> view.up().size() == 5);
        assertThat(seen).allMatch(ids -> ids.size() == 5);
        assertThat(output).doesNotContain("Exception");
    }

    @Test
    void showsWhatCameWhileItWasAway() throws Exception {
        RegistryClient client = client(url);
        ServiceView view = client.view("orders");
        register(client(url), "orders", "o-1", 1).start().get(30, TimeUnit.SECONDS);
        await().until(() -> view.snapshot().instances().size() == 1);
        registry.close();
        await().until(() -> !client.state().connected());
        registry = run(url.getPort());
        register(client(url), "orders", "o-2", 2).start().get(30, TimeUnit.SECONDS);
        await().atMost(PATIENCE).until(() -> view.snapshot().instances().size() == 2);
    }

    @Test
    void goesToTheOtherRegistryWhenOneEnds() throws Exception {
        try (ConfigurableApplicationContext second = run(0)) {
            RegistryClient client = client(url, url(second));
            InstanceRegistration registration = register(client, "orders", "o-1", 1);
            registration.status(InstanceStatus.UP);
            registration.start().get(30, TimeUnit.SECONDS);
            ServiceView view = client.view("orders");
            await().until(() -> view.up().size() == 1);
            registry.close();
            ServiceView other = client(url(second)).view("orders");
            await().atMost(PATIENCE).until(() -> other.up().size() == 1);
            await().until(() -> client.state().connected());
            assertThat(client.state().registry()).isEqualTo(url(second));
            await().until(() ->
                    view.snapshot().position().equals(other.snapshot().position()));
            assertThat(view.up()).hasSize(1);
        }
    }

    @Test
    void missesNothingWhileItsStreamIsCutAgainAndAgain() throws Exception {
        RegistryClient provider = client(url);
        register(provider, "orders", "stays", 1).start().get(30, TimeUnit.SECONDS);
        try (CuttableLink link = new CuttableLink(url)) {
            RegistryClient client = client(link.url());
            ServiceView view = client.view("orders");
            view.first().get(30, TimeUnit.SECONDS);
            List<Boolean> stays = new CopyOnWriteArrayList<>();
            view.onChange(snapshot -> stays.add(
                    snapshot.instances().stream().anyMatch(one -> one.id().equals("stays"))));
            Random random = new Random(7);
            InstanceRegistration[] comers = new InstanceRegistration[5];
            for (int i = 0; i < 100; i++) {
                int slot = random.nextInt(comers.length);
                if (comers[slot] == null) {
                    comers[slot] = register(provider, "orders", "o-" + slot, 100 + slot);
                    comers[slot].start().get(30, TimeUnit.SECONDS);
                } else {
                    comers[slot].stop().get(30, TimeUnit.SECONDS);
                    comers[slot] = null;
                }
                if (random.nextInt(4) == 0) {
                    long before = client.state().reconnects();
                    link.cut();
                    if (random.nextBoolean()) {
                        await().pollInterval(Duration.ofMillis(5))
                                .until(() -> client.state().reconnects() > before);
                    }
                }
            }
            ServiceSnapshot truth = provider.lookup("orders").get(30, TimeUnit.SECONDS);
            await().untilAsserted(() -> assertThat(view.snapshot()).isEqualTo(truth));
            assertThat(stays).doesNotContain(false);
            assertThat(client.state().reconnects()).isPositive();
        }
    }

    @Test
    void leavesAStreamThatIsFrozen() throws Exception {
        try (CuttableLink link = new CuttableLink(url)) {
            RegistryClient client = RegistryClient.create(ScriptedStream.impatient(link.url()));
            open.add(client);
            ServiceView view = client.view("orders");
            client.start();
            view.first().get(20, TimeUnit.SECONDS);
            link.freeze();
            register(client(url), "orders", "o-1", 1).start().get(30, TimeUnit.SECONDS);
            await().atMost(PATIENCE).until(() -> !client.state().connected());
            link.cut();
            await().atMost(PATIENCE).until(() -> view.snapshot().instances().size() == 1);
        }
    }

    private static ConfigurableApplicationContext run(int port) {
        return run(port, Duration.ofSeconds(10));
    }

    private static ConfigurableApplicationContext run(int port, Duration ttl) {
        return RegistryApplication.builder()
                .run(
                        "--server.port=" + port,
                        "--muster.server.heartbeat=500ms",
                        "--muster.server.ttl=" + ttl.toSeconds() + "s",
                        "--muster.server.data-dir=",
                        "--muster.server.keep-alive=200ms");
    }

    private static URI url(ConfigurableApplicationContext context) {
        String port = Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port"));
        return URI.create("http://127.0.0.1:" + port);
    }

    private static ClientConfig config(URI... urls) {
        return new ClientConfig(
                List.of(urls),
                "default",
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofMillis(50),
                Duration.ofMillis(500),
                Duration.ofSeconds(10));
    }

    private RegistryClient client(URI... urls) {
        RegistryClient client = RegistryClient.create(config(urls));
        open.add(client);
        client.start();
        return client;
    }

    private static InstanceRegistration register(RegistryClient client, String service, String id, int port) {
        return client.register(service, id, Registration.of("p-" + id, "127.0.0.1", port));
    }
}
