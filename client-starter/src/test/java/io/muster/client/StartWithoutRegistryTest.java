package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that starts while no registry answers, after another one that knew the services. */
@Timeout(60)
class StartWithoutRegistryTest {
    @TempDir
    private Path folder;

    private Path file;
    private int port;

    @BeforeEach
    void anEarlierProcessKnewTheServices() throws Exception {
        file = folder.resolve("views.json");
        try (ScriptedRegistry registry = new ScriptedRegistry();
                RegistryClient earlier = client(registry)) {
            port = registry.port();
            ServiceView orders = earlier.view("orders");
            earlier.start();
            registry.nextStream()
                    .watcher("w1", "1:5")
                    .snapshot("orders", "1:5", "a", "b")
                    .change("orders", "1:6", "c");
            await().until(() -> orders.up().size() == 3);
        }
        await().until(() -> Files.exists(file) && Files.readString(file).contains("\"c\""));
    }

    @Test
    void knowsWhatTheEarlierProcessKnew() throws Exception {
        try (RegistryClient client = client(port)) {
            ServiceView orders = client.view("orders");
            client.start();
            assertThat(orders.first().get(10, TimeUnit.SECONDS).instances())
                    .extracting(Instance::id)
                    .containsExactly("a", "b", "c");
            client.forget("orders");
            assertThat(client.view("orders").first().get(10, TimeUnit.SECONDS).instances())
                    .as("a view that is added later")
                    .hasSize(3);
            assertThat(client.view("unheard-of").known()).isFalse();
            assertThat(client.state().connected()).isFalse();
        }
    }

    @Test
    void takesTheRegistrysWordOnceItAnswers() throws Exception {
        try (RegistryClient client = client(port)) {
            ServiceView orders = client.view("orders");
            client.start();
            orders.first().get(10, TimeUnit.SECONDS);
            try (ScriptedRegistry registry = new ScriptedRegistry(port)) {
                ScriptedRegistry.Stream stream = registry.nextStream();
                assertThat(stream.lastEventId()).isEmpty();
                stream.watcher("w1", "2:1").snapshot("orders", "2:1", "d");
                await().until(() -> orders.snapshot().position().equals(new Position(2, 1)));
                assertThat(orders.up()).extracting(Instance::id).containsExactly("d");
                await().until(() -> Files.readString(file).contains("\"d\""));
            }
        }
    }

    @Test
    void aRegistryThatAnswersIsBelievedFromTheFirstMoment() throws Exception {
        try (ScriptedRegistry registry = new ScriptedRegistry(port);
                RegistryClient client = client(port)) {
            List<Integer> sizes = new CopyOnWriteArrayList<>();
            client.view("orders")
                    .onChange(snapshot -> sizes.add(snapshot.instances().size()));
            client.start();
            ScriptedRegistry.Stream stream = registry.nextStream().watcher("w1", "2:1");
            await().during(Duration.ofMillis(300)).until(sizes::isEmpty);
            stream.snapshot("orders", "2:1", "d");
            await().until(() -> !sizes.isEmpty());
            assertThat(sizes).containsExactly(1);
            // Nothing is to be written any more when the folder is deleted.
            await().until(() -> Files.readString(file).contains("\"d\""));
        }
    }

    private RegistryClient client(ScriptedRegistry registry) {
        return RegistryClient.create(ScriptedStream.fast(registry.url()).withViewFile(file));
    }

    private RegistryClient client(int registryPort) {
        return RegistryClient.create(ScriptedStream.fast(java.net.URI.create("http://127.0.0.1:" + registryPort))
                .withViewFile(file));
    }
}
