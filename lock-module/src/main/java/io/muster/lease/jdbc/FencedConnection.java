package io.muster.lease.jdbc;

import io.muster.lease.FencingContext;
import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection whose transactions are fenced before their first statement. What it hands out (statements, their results, the
 * database's description) leads back to it and not to the connection within. As a connection, it serves one thread at a time.
 */
final class FencedConnection {
    private static final Logger log = LoggerFactory.getLogger(FencedConnection.class);

    private final Connection connection;
    private final Connection guarded;
    private final Supplier<JdbcFence> fence;
    private final GuardLimits limits;
    private final TransactionAge age;
    private final List<Object> fenced = new ArrayList<>();
    private final List<Object> admitted = new ArrayList<>();
    private boolean begun;
    private @Nullable JdbcFence limitedBy;

    private FencedConnection(Connection connection, Supplier<JdbcFence> fence, GuardLimits limits) {
        this.connection = connection;
        this.fence = fence;
        this.limits = limits;
        this.age = new TransactionAge(limits.ticker());
        this.guarded = proxy(Connection.class, connection, this::onConnection);
    }

    static Connection around(Connection connection, Supplier<JdbcFence> fence, GuardLimits limits) {
        return new FencedConnection(connection, fence, limits).guarded;
    }

    private @Nullable Object onConnection(Object self, Method method, Object @Nullable [] given) throws Throwable {
        switch (method.getName()) {
            case "close" -> leave();
            case "setAutoCommit" -> {
                // The mode that it has already is no end of the transaction.
                if (given == null || !given[0].equals(connection.getAutoCommit())) {
                    age.requireInTime(connection);
                    ended();
                }
            }
            case "commit" -> {
                age.requireInTime(connection);
                // After a failure too nothing is known of a transaction, so the next statement begins one.
                ended();
            }
            case "abort" -> ended();
            case "rollback" -> {
                if (given == null || given.length == 0) {
                    ended();
                } else {
                    age.requireInTime(connection);
                    loosened();
                }
            }
            default -> {}
        }
        boolean prepares = given != null && method.getName().startsWith("prepare");
        String sql = prepares && given != null ? (String) given[0] : null;
        return guarded(call(connection, method, given), sql, null);
    }

    /**
     * What a call has answered, so that nothing leads around the guard.
     *
     * @param sql of a statement that was prepared just now
     * @param of the statement whose result it is
     */
    private @Nullable Object guarded(@Nullable Object answer, @Nullable String sql, @Nullable Statement of) {
        if (answer instanceof Statement statement) {
            return of == null ? statement(statement, sql) : of;
        }
        if (answer instanceof ResultSet rows) {
            return rows(rows, of);
        }
        if (answer instanceof DatabaseMetaData description) {
            return proxy(
                    DatabaseMetaData.class,
                    description,
                    (self, method, given) -> guarded(call(description, method, given), null, null));
        }
        return answer instanceof Connection ? guarded : answer;
    }

    private void ended() {
        fenced.clear();
        admitted.clear();
        begun = false;
        age.ended();
    }

    /** The database may have let go of the fences' rows: they are checked again before the next statement. */
    private void loosened() {
        fenced.clear();
    }

    private void leave() {
        ended();
        JdbcFence limiting = limitedBy;
        limitedBy = null;
        try {
            if (limiting != null && !connection.isClosed()) {
                limiting.leave(connection);
            }
        } catch (SQLException | RuntimeException e) {
            log.debug("The connection is broken; its pool will find out", e);
        }
    }

    private Statement statement(Statement statement, @Nullable String preparedSql) {
        Class<? extends Statement> type = statement instanceof CallableStatement
                ? CallableStatement.class
                : statement instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
        return proxy(type, statement, (self, method, given) -> {
            if (method.getName().startsWith("execute")) {
                boolean direct = given != null && given.length > 0 && given[0] instanceof String;
                boolean batch = method.getName().endsWith("Batch");
                String sql = batch ? null : direct && given != null ? (String) given[0] : preparedSql;
                beforeExecution(statement.getResultSetConcurrency(), sql);
                String text = sql == null ? preparedSql : sql;
                if (!fenced.isEmpty() && (text == null || !SqlText.keepsLocks(text))) {
                    loosened();
                }
            }
            return guarded(call(statement, method, given), null, (Statement) self);
        });
    }

    private ResultSet rows(ResultSet rows, @Nullable Statement of) {
        return proxy(ResultSet.class, rows, (self, method, given) -> {
            switch (method.getName()) {
                case "insertRow", "updateRow", "deleteRow" -> beforeExecution(ResultSet.CONCUR_UPDATABLE, null);
                // It may ask the database for more, which keeps the transaction from being idle.
                case "next" -> age.requireInTime(connection);
                default -> {}
            }
            return guarded(call(rows, method, given), null, of);
        });
    }

    /** @param sql null when it is not known, as in a batch */
    private void beforeExecution(int concurrency, @Nullable String sql) throws SQLException {
        age.requireInTime(connection);
        List<Lease> leases = LeaseContext.leases().stream()
                .filter(lease -> !lease.resources().isEmpty())
                .toList();
        List<CheckedToken> tokens = FencingContext.tokens();
        boolean autoCommit = connection.getAutoCommit();
        if (!leases.isEmpty() || !tokens.isEmpty()) {
            if (autoCommit || connection.isReadOnly()) {
                requireQuery(
                        sql != null && SqlText.isQuery(sql) && concurrency == ResultSet.CONCUR_READ_ONLY,
                        autoCommit ? "in autocommit" : "in a read-only transaction",
                        tokens.isEmpty() ? leases : tokens);
            } else {
                requireFences(leases, tokens);
            }
        }
        begun = !autoCommit;
    }

    private static void requireQuery(boolean query, String where, List<?> guarded) {
        if (!query) {
            throw new IllegalStateException("a write " + where + " is refused under a lease with resources, " + guarded
                    + ", because nothing would check its token: write in a read-write transaction");
        }
    }

    private void requireFences(List<Lease> leases, List<CheckedToken> tokens) throws SQLException {
        leases.forEach(Lease::ensureHeld);
        for (CheckedToken token : tokens) {
            if (!fenced.contains(token)) {
                requireNotBegun(token, "the request with " + token);
                check(token.resource(), token.token(), token.idleLimit());
                passed(token);
            }
        }
        for (Lease lease : leases) {
            if (!fenced.contains(lease)) {
                requireNotBegun(lease, "the work under lease " + lease);
                for (String resource : lease.resources()) {
                    check(resource, lease.fencingToken(), lease.ttl());
                }
                passed(lease);
            }
        }
        // The fence may have been waited for.
        leases.forEach(Lease::ensureHeld);
    }

    private void requireNotBegun(Object guarded, String what) {
        if (begun && !admitted.contains(guarded)) {
            throw new IllegalStateException("the transaction began before " + what
                    + "; begin it within, so that what it reads is not older than the lease");
        }
    }

    private void check(String resource, long token, Duration idleLimit) throws SQLException {
        JdbcFence checking = fence.get();
        limitedBy = checking;
        Duration transactionLimit = limits.transaction(idleLimit);
        checking.check(connection, resource, token, idleLimit, transactionLimit);
        age.guarded(transactionLimit);
    }

    private void passed(Object guarded) {
        fenced.add(guarded);
        admitted.add(guarded);
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    /** What a proxy does with a call that is not its own affair. */
    @FunctionalInterface
    private interface Calls {
        @Nullable
        Object on(Object self, Method method, Object @Nullable [] given) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Object target, Calls calls) {
        InvocationHandler handler = (self, method, given) -> switch (method.getName()) {
            case "equals" -> given != null && self == given[0];
            case "hashCode" -> System.identityHashCode(self);
            case "unwrap" ->
                given != null && given[0] instanceof Class<?> asked && asked.isInstance(self)
                        ? self
                        : call(target, method, given);
            default -> calls.on(self, method, given);
        };
        return type.cast(
                Proxy.newProxyInstance(FencedConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
