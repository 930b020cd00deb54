package io.muster.lease.guard;

import io.muster.lease.Fence;
import io.muster.lease.StaleFenceException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Guards resources that live in this process's memory. What it has seen is gone with the process, as are the resources; for
 * anything that outlives the process it is no guard. Thread-safe.
 */
public final class InMemoryFence implements Fence {
    private static final int MAX_RESOURCES = 10_000;

    private final Map<String, Seen> resources = new ConcurrentHashMap<>();

    private static final class Seen {
        private final ReentrantLock lock = new ReentrantLock();
        private long token;
    }

    @Override
    public void raise(String resource, long token) {
        Boolean unused = guarded(resource, token, () -> true);
    }

    /** The largest token that was seen of a resource, zero for none. Waits for a write under way. */
    public long seen(String resource) {
        Seen seen = resources.get(resource);
        if (seen == null) {
            return 0;
        }
        seen.lock.lock();
        try {
            return seen.token;
        } finally {
            seen.lock.unlock();
        }
    }

    /**
     * Does a write unless a larger token was seen; no other write to this resource, and no raise, runs meanwhile.
     *
     * @throws StaleFenceException if a larger token was seen; the write was not done
     * @throws IllegalStateException if 10,000 other resources were seen
     * @throws IllegalArgumentException as {@link Fence#requireValid}
     */
    public <T> T guarded(String resource, long token, Supplier<T> write) {
        Fence.requireValid(resource, token);
        Seen seen = resources.get(resource);
        if (seen == null) {
            if (resources.size() >= MAX_RESOURCES) {
                throw new IllegalStateException(
                        "resources must be at most " + MAX_RESOURCES + "; \"" + resource + "\" is one more");
            }
            seen = resources.computeIfAbsent(resource, name -> new Seen());
        }
        seen.lock.lock();
        try {
            if (seen.token > token) {
                throw new StaleFenceException(resource, token);
            }
            seen.token = token;
            return write.get();
        } finally {
            seen.lock.unlock();
        }
    }
}
