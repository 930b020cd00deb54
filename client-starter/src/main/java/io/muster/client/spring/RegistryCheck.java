package io.muster.client.spring;

import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Fails the start when no registry answers a question: {@code muster.registry.fail-fast}. */
final class RegistryCheck implements SmartInitializingSingleton {
    private final RegistryClient client;

    RegistryCheck(RegistryClient client) {
        this.client = client;
    }

    @Override
    public void afterSingletonsInstantiated() {
        try {
            client.services().get(patience(client.config()).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new RegistryUnavailableException(client.config().registryUrls(), String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new RegistryUnavailableException(client.config().registryUrls(), "no answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException(client.config().registryUrls(), "interrupted", e);
        }
    }

    /** Time enough to ask each node once. */
    private static Duration patience(ClientConfig config) {
        return config.connectTimeout()
                .plus(config.requestTimeout())
                .multipliedBy(config.registryUrls().size());
    }
}
