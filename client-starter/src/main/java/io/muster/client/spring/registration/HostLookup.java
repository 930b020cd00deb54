package io.muster.client.spring.registration;

import io.muster.client.LocalAddress;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the address at which callers reach this process: the local address of the route to the registry, which is right
 * where a machine has several networks. The registry's name may not resolve yet when both start together, so it is asked a
 * few times before the first network interface has to do.
 */
final class HostLookup {
    private static final Logger log = LoggerFactory.getLogger(HostLookup.class);
    private static final int ATTEMPTS = 10;

    private final List<URI> registries;
    private final Supplier<String> fallback;
    private final Executor executor;
    private final Duration pause;

    /**
     * @param registries the registry's nodes
     * @param fallback an address without regard to the registry; may block
     * @param executor runs what may block: the resolution of names
     * @param pause time between two attempts
     */
    HostLookup(List<URI> registries, Supplier<String> fallback, Executor executor, Duration pause) {
        this.registries = List.copyOf(registries);
        this.fallback = fallback;
        this.executor = executor;
        this.pause = pause;
    }

    /** Completes with an address that is fit for a registration. */
    CompletableFuture<String> find() {
        return attempt(ATTEMPTS, executor);
    }

    private CompletableFuture<String> attempt(int left, Executor on) {
        return CompletableFuture.supplyAsync(() -> LocalAddress.towards(registries), on)
                .thenCompose(found -> answer(found, left));
    }

    private CompletableFuture<String> answer(Optional<InetAddress> found, int left) {
        if (found.isPresent()) {
            return CompletableFuture.completedFuture(literal(found.get().getHostAddress()));
        }
        if (left > 1) {
            return attempt(
                    left - 1, CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS, executor));
        }
        String host = literal(fallback.get());
        log.warn(
                "No route to any registry of {}: registering with the address {} of a network interface;"
                        + " set muster.instance.host if callers cannot reach it",
                registries,
                host);
        return CompletableFuture.completedFuture(host);
    }

    /** Without the scope that Java appends to a link-local IPv6 address. */
    private static String literal(String address) {
        int scope = address.indexOf('%');
        return scope < 0 ? address : address.substring(0, scope);
    }
}
