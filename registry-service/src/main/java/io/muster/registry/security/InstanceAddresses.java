package io.muster.registry.security;

import io.muster.api.InvalidFieldException;
import io.muster.api.Problem;
import io.muster.api.ProblemException;
import io.muster.api.Text;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Finds the address that a registered host means, once: a name that comes to mean something else later leads the registry
 * nowhere.
 */
public final class InstanceAddresses {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int LOOKUPS_PER_CLIENT = 16;

    private final AllowedNetworks networks;
    private final Lookup lookup;
    private final Executor executor;
    private final ClientCounts lookups = new ClientCounts(LOOKUPS_PER_CLIENT, "names that are being resolved");

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
     * The IP address of a host that a caller registers. Fails with {@link InvalidFieldException} when there is none, or when
     * one of its addresses is not where this caller's instances may be; with a problem of status 503 when none was found within
     * 2 s or too many are looked for, and of status 429 when this client looks for too many.
     */
    public Mono<String> resolve(String host, Caller caller) {
        InetAddress literal = AllowedNetworks.literal(host);
        if (literal != null) {
            return Mono.fromCallable(() -> require(host, caller, literal));
        }
        return Mono.defer(() -> find(host, caller))
                .onErrorMap(TimeoutException.class, e -> unresolved(host))
                .onErrorMap(
                        UnknownHostException.class,
                        e -> new InvalidFieldException("host", "a name that this registry can resolve", host))
                .onErrorMap(
                        RejectedExecutionException.class,
                        e -> Problem.of(503, "Busy", "too many names are being resolved")
                                .asException());
    }

    /** Counts for its client until its thread is free again, which may be later than its answer. */
    private Mono<String> find(String host, Caller caller) {
        Runnable over = lookups.open(caller);
        AtomicBoolean begun = new AtomicBoolean();
        return Mono.fromCallable(() -> {
                    if (!begun.compareAndSet(false, true)) {
                        throw new TimeoutException("nobody waits any more");
                    }
                    try {
                        return require(host, caller, lookup.find(host));
                    } finally {
                        over.run();
                    }
                })
                .subscribeOn(Schedulers.fromExecutor(executor))
                .timeout(LIMIT)
                .doFinally(signal -> {
                    if (begun.compareAndSet(false, true)) {
                        over.run();
                    }
                });
    }

    private static ProblemException unresolved(String host) {
        return new Problem(
                        "urn:muster:problem:unresolved-host",
                        "Host not resolved",
                        503,
                        "host did not resolve within " + LIMIT.toSeconds() + "s; it may later",
                        "host",
                        Text.printable(host))
                .asException();
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
