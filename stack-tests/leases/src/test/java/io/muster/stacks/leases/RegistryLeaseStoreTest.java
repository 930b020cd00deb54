package io.muster.stacks.leases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.client.RegistryLeaseStore;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.LeaseStoreException;
import io.muster.lease.store.LeaseStoreContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of all stores, over HTTP, the registry, and its log on the disk. */
@Timeout(120)
class RegistryLeaseStoreTest extends LeaseStoreContract {
    @TempDir
    private static Path directory;

    private static LeaseRegistry registry;
    private static RegistryClient client;

    @BeforeAll
    static void start() {
        registry = LeaseRegistry.start(directory, 0);
        client = RegistryClient.create(ClientConfig.of(registry.url()));
    }

    @AfterAll
    static void stop() {
        client.close();
        registry.close();
    }

    @Override
    protected LeaseStore store() {
        return RegistryLeaseStore.over(client);
    }

    @Override
    protected void pass(Duration time) {
        registry.pass(time);
    }

    @Test
    void tokensGoOnAfterARestartAndWhatWasHeldIsHeld(@TempDir Path own) {
        LeaseRegistry first = LeaseRegistry.start(own, 0);
        int port = first.port();
        LeaseKey before;
        try (RegistryClient caller = RegistryClient.create(ClientConfig.of(first.url()))) {
            LeaseStore store = RegistryLeaseStore.over(caller);
            before = granted(await(store.acquire(request("kept", "a", UUID.randomUUID(), null))));
            first.close();
            try (LeaseRegistry second = LeaseRegistry.start(own, port)) {
                assertThat(await(store.renew(List.of(before)))).containsExactly(before);
                assertThat(held(await(store.acquire(request("kept", "b", UUID.randomUUID(), null))))
                                .holder())
                        .isEqualTo("a");
                second.pass(TTL.plusSeconds(1));
                assertThat(granted(await(store.acquire(request("kept", "b", UUID.randomUUID(), null))))
                                .token())
                        .isGreaterThan(before.token());
            }
        }
    }

    @Test
    void aRegistryWithoutLeasesSaysSo() {
        try (LeaseRegistry without = LeaseRegistry.start(directory, 0, "muster.server.lease.enabled=false");
                RegistryClient caller = RegistryClient.create(ClientConfig.of(without.url()))) {
            LeaseStore store = RegistryLeaseStore.over(caller);
            assertThatThrownBy(() -> await(store.acquire(request("any", "a", UUID.randomUUID(), null))))
                    .hasCauseInstanceOf(LeaseStoreException.class)
                    .hasMessageContaining("leases are off");
        }
    }
}
