package io.muster.benchmarks.registry;

import java.util.List;

/** How the same work is asked of a registry, JSON both ways. */
interface Dialect {
    /** The registry's name. */
    String name();

    /** Registers a new instance, UP. */
    Call register(int service, int number);

    /** Ends one that {@link #register} registered, in any order. */
    Call deregister(int service, int number);

    /** Renews it. */
    Call heartbeat(int service, int number);

    /** Asks for all instances of a service, of which there must be {@code instances}. */
    Call lookUp(int service, int instances);

    /** Renews those with numbers below {@code count} in batches; none where leases outlast the pauses between measurements. */
    List<Call> renew(int count);
}
