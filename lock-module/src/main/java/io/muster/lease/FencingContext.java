package io.muster.lease;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The fencing tokens for which the current thread works without holding their leases: a request has brought them, and its
 * entry has checked them. A guarded data source checks them again in the transaction that writes, as it does those of
 * {@link LeaseContext}, because a newer holder may have come meanwhile. They do not follow a task to another thread by
 * themselves; {@link #wrap} carries them.
 */
public final class FencingContext {
    private static final ThreadLocal<@Nullable List<CheckedToken>> TOKENS = new ThreadLocal<>();

    private FencingContext() {}

    /**
     * A token that was accepted for a resource.
     *
     * @param resource whose fence has seen it
     * @param token of whoever sent the request, from 1 to 2^53 - 1
     * @param idleLimit after which the database ends a transaction that does nothing, so that a frozen process keeps no
     *     newer holder waiting; positive
     */
    public record CheckedToken(String resource, long token, Duration idleLimit) {
        /** @throws IllegalArgumentException names the field and its value if one is out of range */
        public CheckedToken {
            Names.checked("resource", resource);
            Names.checkedToken(token);
            if (idleLimit.isZero() || idleLimit.isNegative()) {
                throw new IllegalArgumentException("idleLimit must be positive but was " + idleLimit);
            }
        }
    }

    /** What {@link #enter} has begun; closed on the same thread. */
    @FunctionalInterface
    public interface Scope extends AutoCloseable {
        /** The thread works again for what it worked for before. */
        @Override
        void close();
    }

    /** The tokens of this thread; empty when it works for no request. */
    public static List<CheckedToken> tokens() {
        List<CheckedToken> tokens = TOKENS.get();
        return tokens == null ? List.of() : tokens;
    }

    /** Lets this thread work for these tokens, and no others, until the scope is closed. */
    public static Scope enter(List<CheckedToken> tokens) {
        List<CheckedToken> before = tokens();
        set(List.copyOf(tokens));
        return () -> set(before);
    }

    /**
     * Does a task for these tokens on the current thread.
     *
     * @throws Exception what the task throws
     */
    public static <T extends @Nullable Object> T call(List<CheckedToken> tokens, Callable<T> task) throws Exception {
        Scope scope = enter(tokens);
        try {
            return task.call();
        } finally {
            scope.close();
        }
    }

    /** A task that works for the tokens of the thread that calls this, wherever it runs. */
    public static <T extends @Nullable Object> Callable<T> wrap(Callable<T> task) {
        List<CheckedToken> tokens = tokens();
        return () -> call(tokens, task);
    }

    private static void set(List<CheckedToken> tokens) {
        if (tokens.isEmpty()) {
            TOKENS.remove();
        } else {
            TOKENS.set(tokens);
        }
    }
}
