package io.muster.lease;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The leases under which the current thread works: those whose {@link Lease#call} it is in. They do not follow a task to
 * another thread by themselves; {@link #wrap} carries them.
 */
public final class LeaseContext {
    private static final ThreadLocal<@Nullable List<Lease>> LEASES = new ThreadLocal<>();

    private LeaseContext() {}

    /**
     * The innermost lease.
     *
     * @throws IllegalStateException if this thread works under none
     */
    public static Lease current() {
        List<Lease> leases = leases();
        if (leases.isEmpty()) {
            throw new IllegalStateException("thread \"" + Thread.currentThread().getName() + "\" works under no lease");
        }
        return leases.get(leases.size() - 1);
    }

    /** All leases, outermost first. */
    public static List<Lease> leases() {
        List<Lease> leases = LEASES.get();
        return leases == null ? List.of() : leases;
    }

    /** A task that runs under the leases of the thread that calls this, wherever it runs, and is interrupted with them. */
    public static <T> Callable<T> wrap(Callable<T> task) {
        Callable<T> wrapped = task;
        List<Lease> leases = leases();
        for (int i = leases.size() - 1; i >= 0; i--) {
            Lease lease = leases.get(i);
            Callable<T> inner = wrapped;
            wrapped = () -> lease.call(inner);
        }
        return wrapped;
    }

    /** Adds a lease; what it answers is to be given to {@link #restore}. */
    static List<Lease> enter(Lease lease) {
        List<Lease> before = leases();
        LEASES.set(Stream.concat(before.stream(), Stream.of(lease)).toList());
        return before;
    }

    static void restore(List<Lease> before) {
        if (before.isEmpty()) {
            LEASES.remove();
        } else {
            LEASES.set(before);
        }
    }
}
