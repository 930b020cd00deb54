package io.muster.client.spring.registration;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HostLookupTest {
    private static final List<URI> UNRESOLVABLE = List.of(URI.create("http://registry.invalid:7070"));

    @Test
    void findsTheAddressOfTheRouteToTheRegistry() {
        List<URI> registries = List.of(UNRESOLVABLE.get(0), URI.create("http://127.0.0.1:1"));

        assertThat(lookup(registries, Runnable::run).find()).isCompletedWithValue("127.0.0.1");
    }

    @Test
    void fallsBackToANetworkInterfaceWhenNoRegistryCanBeResolved() throws Exception {
        assertThat(lookup(UNRESOLVABLE, Runnable::run).find().get(30, TimeUnit.SECONDS))
                .isEqualTo("fe80::1");
    }

    @Test
    void resolvesNamesOnItsExecutorAlone() {
        Deque<Runnable> tasks = new ArrayDeque<>();

        CompletableFuture<String> found =
                lookup(List.of(URI.create("http://127.0.0.1:1")), tasks::add).find();

        assertThat(found).isNotDone();
        tasks.remove().run();
        assertThat(found).isCompleted();
    }

    private static HostLookup lookup(List<URI> registries, Executor executor) {
        return new HostLookup(registries, () -> "fe80::1%eth0", executor, Duration.ofMillis(1));
    }
}
