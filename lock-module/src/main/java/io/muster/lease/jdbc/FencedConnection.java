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

/** A connection whose transactions are fenced before their first statement. As a connection, it serves one thread at a time. */
final class FencedConnection implements InvocationHandler {
    private static final Logger log = LoggerFactory.getLogger(FencedConnection.class);

    private final Connection connection;
    private final Supplier<JdbcFence> fence;
    private final List<Object> fenced = new ArrayList<>();
    private final List<Object> admitted = new ArrayList<>();
    private boolean begun;
    private boolean limited;

    private FencedConnection(Connection connection, Supplier<JdbcFence> fence) {
        this.connection = connection;
        this.fence = fence;
    }

    static Connection around(Connection connection, Supplier<JdbcFence> fence) {
        return proxy(Connection.class, new FencedConnection(connection, fence));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        Object @Nullable [] given = arguments;
        switch (method.getName()) {
            case "equals" -> {
                return given != null && proxy == given[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "unwrap" -> {
                return given != null && given[0] instanceof Class<?> type && type.isInstance(proxy)
                        ? proxy
                        : call(connection, method, given);
            }
            case "close" -> {
                leave();
                return call(connection, method, given);
            }
            case "commit", "setAutoCommit", "abort" -> {
                // After a failure too nothing is known of a transaction, so the next statement begins one.
                ended();
                return call(connection, method, given);
            }
            case "rollback" -> {
                if (given == null || given.length == 0) {
                    ended();
                } else {
                    loosened();
                }
                return call(connection, method, given);
            }
            default -> {
                Object result = call(connection, method, given);
                return result instanceof Statement statement
                        ? statement((Connection) proxy, statement, method, given)
                        : result;
            }
        }
    }

    private void ended() {
        fenced.clear();
        admitted.clear();
        begun = false;
    }

    /** The database may have let go of the fences' rows: they are checked again before the next statement. */
    private void loosened() {
        fenced.clear();
    }

    private void leave() {
        ended();
        try {
            if (limited && !connection.isClosed()) {
                limited = false;
                fence.get().leave(connection);
            }
        } catch (SQLException e) {
            log.debug("The connection is broken; its pool will find out", e);
        }
    }

    private Statement statement(Connection proxy, Statement statement, Method method, Object @Nullable [] arguments) {
        boolean prepared = arguments != null && method.getName().startsWith("prepare");
        String preparedSql = prepared && arguments != null ? (String) arguments[0] : null;
        Class<? extends Statement> type = statement instanceof CallableStatement
                ? CallableStatement.class
                : statement instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
        return proxy(type, (self, called, given) -> {
            String name = called.getName();
            if (name.equals("getConnection")) {
                return proxy;
            }
            if (name.equals("equals")) {
                return given != null && self == given[0];
            }
            if (name.startsWith("execute")) {
                boolean direct = given != null && given.length > 0 && given[0] instanceof String;
                boolean batch = name.endsWith("Batch");
                String sql = batch ? null : direct && given != null ? (String) given[0] : preparedSql;
                beforeExecution(statement, sql);
                String text = sql == null ? preparedSql : sql;
                if (text == null || !SqlText.keepsLocks(text)) {
                    loosened();
                }
            }
            return call(statement, called, given);
        });
    }

    /** @param sql null when it is not known, as in a batch */
    private void beforeExecution(Statement statement, @Nullable String sql) throws SQLException {
        List<Lease> leases = LeaseContext.leases().stream()
                .filter(lease -> !lease.resources().isEmpty())
                .toList();
        List<CheckedToken> tokens = FencingContext.tokens();
        boolean autoCommit = connection.getAutoCommit();
        if (!leases.isEmpty() || !tokens.isEmpty()) {
            if (autoCommit || connection.isReadOnly()) {
                requireQuery(
                        statement,
                        sql,
                        autoCommit ? "in autocommit" : "in a read-only transaction",
                        tokens.isEmpty() ? leases : tokens);
            } else {
                requireFences(leases, tokens);
            }
        }
        begun = !autoCommit;
    }

    private static void requireQuery(Statement statement, @Nullable String sql, String where, List<?> guarded)
            throws SQLException {
        boolean query = sql != null
                && SqlText.isQuery(sql)
                && statement.getResultSetConcurrency() == ResultSet.CONCUR_READ_ONLY;
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
        limited = true;
        fence.get().check(connection, resource, token, idleLimit);
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

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(FencedConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
