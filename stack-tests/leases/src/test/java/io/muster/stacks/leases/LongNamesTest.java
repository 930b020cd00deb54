package io.muster.stacks.leases;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.client.RegistryLeaseStore;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Grant;
import io.muster.lease.LeaseStore.LeaseKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is allowed in one renewal is larger than what a registry takes in one body. */
@Timeout(180)
class LongNamesTest {
    private static final int AT_ONCE = 20;

    @Test
    void aFullBatchOfTheLongestNamesIsRenewed(@TempDir Path directory) {
        try (LeaseRegistry registry = LeaseRegistry.start(directory, 0);
                RegistryClient client = RegistryClient.create(ClientConfig.of(registry.url()))) {
            LeaseStore store = RegistryLeaseStore.over(client);
            List<LeaseKey> keys = new ArrayList<>();
            while (keys.size() < LeaseStore.MAX_BATCH) {
                List<CompletionStage<Grant>> asked = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    String name = "名".repeat(194) + "%06d".formatted(keys.size() + i);
                    asked.add(store.acquire(
                            new AcquireRequest(name, "a", UUID.randomUUID(), Duration.ofMinutes(10), null)));
                }
                asked.forEach(grant -> keys.add(((Grant.Granted) answer(grant)).key()));
            }

            assertThat(answer(store.renew(keys))).containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    private static <T> T answer(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
