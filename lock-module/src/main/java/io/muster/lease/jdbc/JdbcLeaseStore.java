package io.muster.lease.jdbc;

import io.muster.lease.LeaseStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Leases in a table of PostgreSQL, MariaDB or H2. The database's clock and sequence decide; clocks of clients do not matter.
 * It is as safe as the database: a fail-over that loses transactions loses grants, and
 * {@link JdbcSchema#beginEpoch} is to be called then.
 *
 * <p>Each call takes a connection of its own, never one of the caller's transaction. Renewals have two threads to themselves, so
 * that acquisitions which hang hold none of them up; everything else has four. A call that takes longer than three seconds is
 * cancelled (on H2 one that waits for a lock for longer than that database lets it), and a connection that is silent for five is broken; when all threads hang, calls wait in a queue of a thousand,
 * and what does not fit fails. Thread-safe.
 */
public final class JdbcLeaseStore implements LeaseStore {
    private static final Duration MIN_TTL = Duration.ofSeconds(5);
    /** One may hang when the next renewal is due. */
    private static final int RENEWAL_THREADS = 2;

    private static final int OTHER_THREADS = 4;
    private static final int QUEUE = 1000;
    private static final int STATEMENT_SECONDS = 3;
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final OwnConnections connections;
    private final JdbcCommands commands;
    private final Traits traits;
    private final ThreadPoolExecutor renewals = executor("muster-lease-jdbc-renewal", RENEWAL_THREADS);
    private final ThreadPoolExecutor others = executor("muster-lease-jdbc", OTHER_THREADS);

    private JdbcLeaseStore(OwnConnections connections, JdbcCommands commands, Traits traits) {
        this.connections = connections;
        this.commands = commands;
        this.traits = traits;
    }

    /**
     * Connects to a database that has the schema ({@link JdbcSchema}).
     *
     * @param dataSource whose connections are not those of a transaction under way; a pool that allows six more is best
     * @throws IllegalArgumentException if the database is none of those that are supported
     * @throws SQLException if it cannot be reached or has no schema
     */
    public static JdbcLeaseStore open(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            JdbcDialect dialect = JdbcDialect.of(connection);
            JdbcCommands commands = new JdbcCommands(dialect, STATEMENT_SECONDS);
            Optional<LeaseView> unused = commands.inspect(connection, "");
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            String url = String.valueOf(connection.getMetaData().getURL()).toLowerCase(Locale.ROOT);
            Traits traits = new Traits(
                    "JDBC (" + connection.getMetaData().getDatabaseProductName() + ")",
                    url.startsWith("jdbc:h2:mem:") ? Durability.PROCESS : Durability.DURABLE,
                    MIN_TTL,
                    "a pause of the database or a slow transaction easily takes seconds");
            return new JdbcLeaseStore(new OwnConnections(dataSource, SILENCE), commands, traits);
        }
    }

    @Override
    public CompletionStage<Grant> acquire(AcquireRequest request) {
        return call(others, connection -> commands.acquire(connection, request));
    }

    @Override
    public CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys) {
        return call(renewals, connection -> commands.renew(connection, keys));
    }

    @Override
    public CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed) {
        return call(others, connection -> commands.release(connection, key, completed));
    }

    @Override
    public CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed) {
        return call(others, connection -> commands.releaseLater(connection, key, rest, completed));
    }

    @Override
    public CompletionStage<Optional<LeaseView>> inspect(String name) {
        return call(others, connection -> commands.inspect(connection, name));
    }

    @Override
    public CompletionStage<Boolean> forceRelease(String name) {
        return call(others, connection -> commands.forceRelease(connection, name));
    }

    @Override
    public Traits traits() {
        return traits;
    }

    /** Ends the threads after what they are at; the data source stays open. */
    @Override
    public void close() {
        renewals.shutdown();
        others.shutdown();
    }

    private <T> CompletionStage<T> call(Executor executor, OwnConnections.Call<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    answer.complete(connections.call(call));
                } catch (Throwable e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private static ThreadPoolExecutor executor(String name, int threads) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
                    Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
