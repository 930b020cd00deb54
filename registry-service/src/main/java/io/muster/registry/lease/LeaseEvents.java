package io.muster.registry.lease;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Passes on what becomes of leases. Thread-safe. */
public final class LeaseEvents {
    private final List<Consumer<LeaseEvent>> listeners = new CopyOnWriteArrayList<>();

    /** Nobody listens yet. */
    public LeaseEvents() {}

    /** Calls {@code listener} from now on, on the thread that applies: it must return at once and not throw. */
    public void subscribe(Consumer<LeaseEvent> listener) {
        listeners.add(listener);
    }

    /** Calls it no more. */
    public void unsubscribe(Consumer<LeaseEvent> listener) {
        listeners.remove(listener);
    }

    /** Tells everybody. */
    public void tell(LeaseEvent event) {
        for (Consumer<LeaseEvent> listener : listeners) {
            listener.accept(event);
        }
    }
}
