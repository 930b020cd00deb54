package io.muster.lease.jdbc;

import io.muster.lease.LeaseStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases in a table of PostgreSQL, MariaDB or H2. The database's clock and sequence decide; clocks of clients do not matter.
 * It is as safe as the database: a fail-over that loses transactions loses grants, and
 * {@link JdbcSchema#beginEpoch} is to be called then.
 *
 * <p>Each call takes a connection of its own, never one of the caller's transaction, on one of four threads. A call that
 * takes longer than three seconds is cancelled, and a connection that is silent for five is broken; when all threads hang, calls
 * wait in a queue of a thousand, and what does not fit fails. Thread-safe.
 */
public final class JdbcLeaseStore implements LeaseStore {
    private static final Logger log = LoggerFactory.getLogger(JdbcLeaseStore.class);
    private static final Duration MIN_TTL = Duration.ofSeconds(5);
    private static final int THREADS = 4;
    private static final int QUEUE = 1000;
    private static final int STATEMENT_SECONDS = 3;
    private static final int NETWORK_MILLIS = 5000;

    private final DataSource dataSource;
    private final JdbcCommands commands;
    private final Traits traits;
    private final ThreadPoolExecutor executor;

    private JdbcLeaseStore(DataSource dataSource, JdbcCommands commands, Traits traits) {
        this.dataSource = dataSource;
        this.commands = commands;
        this.traits = traits;
        AtomicInteger count = new AtomicInteger();
        this.executor = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
                    Thread thread = new Thread(task, "muster-lease-jdbc-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Connects to a database that has the schema ({@link JdbcSchema}).
     *
     * @param dataSource whose connections are not those of a transaction under way; a pool that allows four more is best
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
            return new JdbcLeaseStore(dataSource, commands, traits);
        }
    }

    @Override
    public CompletionStage<Grant> acquire(AcquireRequest request) {
        return call(connection -> commands.acquire(connection, request));
    }

    @Override
    public CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys) {
        return call(connection -> commands.renew(connection, keys));
    }

    @Override
    public CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed) {
        return call(connection -> commands.release(connection, key, completed));
    }

    @Override
    public CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed) {
        return call(connection -> commands.releaseLater(connection, key, rest, completed));
    }

    @Override
    public CompletionStage<Optional<LeaseView>> inspect(String name) {
        return call(connection -> commands.inspect(connection, name));
    }

    @Override
    public CompletionStage<Boolean> forceRelease(String name) {
        return call(connection -> commands.forceRelease(connection, name));
    }

    @Override
    public Traits traits() {
        return traits;
    }

    /** Ends the threads after what they are at; the data source stays open. */
    @Override
    public void close() {
        executor.shutdown();
    }

    @FunctionalInterface
    private interface Call<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> CompletionStage<T> call(Call<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    answer.complete(withConnection(call));
                } catch (Throwable e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private <T> T withConnection(Call<T> call) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            int networkMillis = limitNetwork(connection, NETWORK_MILLIS);
            try {
                if (!autoCommit) {
                    connection.setAutoCommit(true);
                }
                return call.on(connection);
            } finally {
                restore(connection, autoCommit, networkMillis);
            }
        }
    }

    /** Not every pool does; and what was decided stays decided when this fails. */
    private static void restore(Connection connection, boolean autoCommit, int networkMillis) {
        try {
            if (!autoCommit) {
                connection.setAutoCommit(false);
            }
            int unused = limitNetwork(connection, networkMillis);
        } catch (SQLException e) {
            log.debug("The connection is broken; its pool will find out", e);
        }
    }

    private static int limitNetwork(Connection connection, int millis) throws SQLException {
        try {
            int before = connection.getNetworkTimeout();
            Executor here = Runnable::run;
            connection.setNetworkTimeout(here, millis);
            return before;
        } catch (SQLFeatureNotSupportedException e) {
            return 0;
        }
    }
}
