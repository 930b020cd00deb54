package io.muster.lease;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What any thread hands to a loop that has a timer. The loop is woken only when its timer would come too late for what is new,
 * or when much is waiting: to wake a thread costs more than most leases that are given back soon.
 *
 * <p>Nothing is overlooked: whoever adds while the timer is being set finds it unset and wakes; whoever found it set had added
 * before it was unset, which is before all is taken out.
 */
final class Intake<T> {
    /** More keeps what is over in memory for longer; less wakes more often. */
    private static final int MUCH = 64;

    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger added = new AtomicInteger();
    private volatile boolean set;
    private volatile long setFor;

    /**
     * Adds; answers whether the loop has to be woken, to take all out and set its timer anew.
     *
     * @param neededAt when the loop has to know of it at the latest, nanoseconds of the ticker
     */
    boolean add(T item, long neededAt) {
        waiting.add(item);
        boolean much = added.incrementAndGet() % MUCH == 0;
        return much || !set || neededAt - setFor < 0;
    }

    /** On the loop, before it sets its timer: takes out all that was added. */
    void takeOut(Consumer<? super T> into) {
        set = false;
        for (T item = waiting.poll(); item != null; item = waiting.poll()) {
            into.accept(item);
        }
    }

    /** On the loop: its timer is set for this moment, with regard to all that was taken out. */
    void timerSet(long at) {
        setFor = at;
        set = true;
    }
}
