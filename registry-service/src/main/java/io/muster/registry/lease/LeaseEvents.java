package io.muster.registry.lease;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Passes on what becomes of leases. Thread-safe. */
public final class LeaseEvents {
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /** Nobody listens yet. */
    public LeaseEvents() {}

    private record Subscription(Consumer<LeaseEvent> listener, Runnable end) {}

    /** Calls {@code listener} from now on, on the thread that applies: it must return at once and not throw. */
    public void subscribe(Consumer<LeaseEvent> listener) {
        subscribe(listener, () -> {});
    }

    /**
     * The same for a listener that has an end.
     *
     * @param end called when this is closed, perhaps more than once
     */
    public void subscribe(Consumer<LeaseEvent> listener, Runnable end) {
        subscriptions.add(new Subscription(listener, end));
        if (closed) {
            end.run();
        }
    }

    /** Calls it no more. */
    public void unsubscribe(Consumer<LeaseEvent> listener) {
        subscriptions.removeIf(subscription -> subscription.listener() == listener);
    }

    /** Tells everybody. */
    public void tell(LeaseEvent event) {
        for (Subscription subscription : subscriptions) {
            subscription.listener().accept(event);
        }
    }

    /** Tells everybody who has an end that this is it; events are still passed on to who wants them. */
    public void close() {
        closed = true;
        subscriptions.forEach(subscription -> subscription.end().run());
    }
}
