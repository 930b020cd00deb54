package io.muster.registry.security;

import io.muster.api.InvalidFieldException;
import io.muster.api.Problem;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Finds the address that a registered host means, once: a name that comes to mean something else later leads the registry
 * nowhere.
 */
public final class InstanceAddresses {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final AllowedNetworks networks;
    private final Lookup lookup;
    private final Executor executor;

    /** Looks a name up, and may block. */
    @FunctionalInterface
    public interface Lookup {
        /** All addresses of a name, at least one. */
        InetAddress[] find(String name) throws UnknownHostException;
    }

    /**
     * @param networks where instances may be
     * @param executor where names are looked up; bounded, and rejects what is too much
     */
    public InstanceAddresses(AllowedNetworks networks, Lookup lookup, Executor executor) {
        this.networks = networks;
        this.lookup = lookup;
        this.executor = executor;
    }

    /**
     * The IP address of a host that a caller registers. Fails with {@link InvalidFieldException} when there is none within
     * 2 s, or when one of its addresses is not where this caller's instances may be.
     */
    public Mono<String> resolve(String host, Caller caller) {
        InetAddress literal = AllowedNetworks.literal(host);
        if (literal != null) {
            return Mono.fromCallable(() -> require(host, caller, literal));
        }
        return Mono.fromCallable(() -> require(host, caller, lookup.find(host)))
                .subscribeOn(Schedulers.fromExecutor(executor))
                .timeout(LIMIT)
                .onErrorMap(
                        TimeoutException.class,
                        e -> new InvalidFieldException("host", "a name that resolves within " + LIMIT, host))
                .onErrorMap(
                        UnknownHostException.class,
                        e -> new InvalidFieldException("host", "a name that this registry can resolve", host))
                .onErrorMap(
                        RejectedExecutionException.class,
                        e -> Problem.of(503, "Busy", "too many names are being resolved")
                                .asException());
    }

    private String require(String host, Caller caller, InetAddress... addresses) {
        for (InetAddress address : addresses) {
            if (!networks.allow(address, caller.peer())) {
                throw new InvalidFieldException(
                        "host",
                        "at the caller's own address or in one of muster.server.allowed-networks, and never link-local,"
                                + " multicast, wildcard or a cloud's metadata service,",
                        host);
            }
        }
        return addresses[0].getHostAddress();
    }
}
