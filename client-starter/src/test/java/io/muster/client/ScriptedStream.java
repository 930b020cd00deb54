package io.muster.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A client, not started yet, and the server that its test drives word by word. */
abstract class ScriptedStream {
    final ScriptedRegistry registry = new ScriptedRegistry();
    final RegistryClient client = RegistryClient.create(fast(registry.url()));

    static ClientConfig fast(URI... urls) {
        return new ClientConfig(
                List.of(urls),
                "default",
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofMillis(20),
                Duration.ofMillis(200),
                Duration.ofSeconds(2));
    }

    @AfterEach
    void close() {
        client.close();
        registry.close();
    }
}
