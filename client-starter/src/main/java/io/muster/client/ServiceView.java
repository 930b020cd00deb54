package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.ServiceSnapshot;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A live view of one service, pushed by the registry. Thread-safe; each read is one volatile read and never blocks. While
 * no registry answers it keeps what it last knew.
 */
public final class ServiceView {
    private static final Logger log = LoggerFactory.getLogger(ServiceView.class);

    private final String service;
    private final CompletableFuture<ServiceSnapshot> first = new CompletableFuture<>();
    private final List<Consumer<ServiceSnapshot>> listeners = new CopyOnWriteArrayList<>();
    private final Object publishing = new Object();
    private volatile ServiceState state;

    ServiceView(String namespace, String service) {
        this.service = service;
        this.state = ServiceState.unknown(namespace, service);
    }

    /** The service's name. */
    public String service() {
        return service;
    }

    /**
     * All instances in every status, sorted by id. Without instances at position {@code 0:0} until {@link #known()}.
     */
    public ServiceSnapshot snapshot() {
        return state.snapshot();
    }

    /** Whether the registry has told anything about this service yet. */
    public boolean known() {
        return state.known();
    }

    /** The instances that take requests, sorted by id; empty until {@link #known()}. */
    public List<Instance> up() {
        return state.up();
    }

    /**
     * Completes when the view is first known, after its listeners were called; fails with {@link CancellationException}
     * when the service is forgotten or the client closed before. Dependents run on the client's event thread and must not block.
     */
    public CompletableFuture<ServiceSnapshot> first() {
        return first.copy();
    }

    /**
     * Calls the listener with every state from now on, in order and never concurrently: first, before this returns, on the
     * caller's thread with the current one when it is {@linkplain #known() known}, then on the client's event thread. It
     * must not block: all views of the client wait for it. What it throws is logged.
     */
    public Subscription onChange(Consumer<ServiceSnapshot> listener) {
        synchronized (publishing) {
            listeners.add(listener);
            ServiceState current = state;
            if (current.known()) {
                call(listener, current.snapshot());
            }
        }
        return () -> listeners.remove(listener);
    }

    ServiceState state() {
        return state;
    }

    /** Shows the next state; called on the event thread alone. */
    void publish(ServiceState next) {
        synchronized (publishing) {
            state = next;
            for (Consumer<ServiceSnapshot> listener : listeners) {
                call(listener, next.snapshot());
            }
        }
        first.complete(next.snapshot());
    }

    /** Nobody will tell this view anything any more. */
    void abandon() {
        first.completeExceptionally(new CancellationException("service " + service + " is no longer watched"));
    }

    private void call(Consumer<ServiceSnapshot> listener, ServiceSnapshot snapshot) {
        try {
            listener.accept(snapshot);
        } catch (RuntimeException | Error e) {
            log.warn("A listener of service {} failed; the view goes on without it having seen this state", service, e);
        }
    }

    /** A listener's place in a view. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        /** Ends the calls; one that runs now may still end. Harmless when repeated. */
        @Override
        void close();
    }
}
