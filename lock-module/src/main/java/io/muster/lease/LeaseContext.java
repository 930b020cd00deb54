package io.muster.lease;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The leases under which the current thread works: those whose {@link Lease#call} or {@link Lease#enter scope} it is in. They do not follow a task to
 * another thread by themselves; {@link #wrap} carries them.
 */
public final class LeaseContext {
    private static final ThreadLocal<@Nullable List<LeaseScope>> SCOPES = new ThreadLocal<>();

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
        return scopes().stream().map(LeaseScope::lease).toList();
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

    /**
     * Adds a scope of this thread. Those that another thread has closed are forgotten now and not before: the work under
     * them may go on, and what it writes must not pass as unguarded.
     */
    static void enter(LeaseScope scope) {
        Stream<LeaseScope> open = scopes().stream().filter(LeaseScope::isOpen);
        SCOPES.set(Stream.concat(open, Stream.of(scope)).toList());
    }

    /** The interrupts of this thread. */
    static ThreadInterrupts interrupts() {
        List<LeaseScope> scopes = scopes();
        return scopes.isEmpty()
                ? new ThreadInterrupts(Thread.currentThread())
                : scopes.get(0).interrupts();
    }

    /** Forgets a scope of this thread. */
    static void leave(LeaseScope scope) {
        List<LeaseScope> others =
                scopes().stream().filter(other -> other != scope).toList();
        if (others.isEmpty()) {
            SCOPES.remove();
        } else {
            SCOPES.set(others);
        }
    }

    private static List<LeaseScope> scopes() {
        List<LeaseScope> scopes = SCOPES.get();
        return scopes == null ? List.of() : scopes;
    }
}
