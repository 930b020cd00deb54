package io.muster.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A client, not started yet, and the server that its test drives word by word. */
abstract class ScriptedStream {
    final ScriptedRegistry registry = new ScriptedRegistry();
    final RegistryClient client = RegistryClient.create(fast(registry.url()));

    /** Comes back fast, and gives nothing up that only takes its time: what a test leaves silent stays as it is. */
    static ClientConfig fast(URI... urls) {
        return config(Duration.ofSeconds(20), Duration.ofSeconds(30), urls);
    }

    /** Gives up soon what does not answer. */
    static ClientConfig impatient(URI... urls) {
        return config(Duration.ofSeconds(3), Duration.ofSeconds(4), urls);
    }

    private static ClientConfig config(Duration requestTimeout, Duration streamSilence, URI... urls) {
        return new ClientConfig(
                List.of(urls),
                "default",
                Duration.ofSeconds(10),
                requestTimeout,
                Duration.ofMillis(20),
                Duration.ofMillis(200),
                streamSilence);
    }

    @AfterEach
    void close() {
        client.close();
        registry.close();
    }
}
