package io.muster.lease.spring;

import io.muster.lease.LeaseStore;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.jdbc.JdbcLeaseStore;
import io.muster.lease.jdbc.JdbcSchema;
import io.muster.lease.store.InMemoryLeaseStore;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Opens stores and fences, with errors that say what to do. */
final class LeaseStores {
    private LeaseStores() {}

    /** @param dataSource null when the application has none, or several and none of them primary */
    static LeaseStore jdbc(@Nullable DataSource dataSource, boolean createSchema) {
        DataSource database = required(dataSource, "leases have no store");
        return opened("leases", createSchema, database, () -> JdbcLeaseStore.open(database));
    }

    /** @param dataSource null when the application has none, or several and none of them primary */
    static JdbcFence fence(@Nullable DataSource dataSource, boolean createSchema) {
        DataSource database = required(dataSource, "'muster.lease.guard.data-source' is true and guards nothing");
        return opened("the fence", createSchema, database, () -> JdbcFence.open(database));
    }

    static LeaseStore memory() {
        return new InMemoryLeaseStore();
    }

    private interface Opening<T> {
        T open() throws SQLException;
    }

    private static <T> T opened(String what, boolean createSchema, DataSource database, Opening<T> opening) {
        try {
            if (createSchema) {
                JdbcSchema.create(database);
            }
            return opening.open();
        } catch (SQLException e) {
            throw new LeaseSetupException(
                    "the database cannot be used for " + what + ": " + e.getMessage(),
                    createSchema
                            ? "Correct its DataSource, or the rights of its user."
                            : "If its tables are missing, run the shipped script io/muster/lease/jdbc/schema-*.sql, or set"
                                    + " 'muster.lease.jdbc.create-schema' to true.",
                    e);
        } catch (IllegalArgumentException e) {
            throw new LeaseSetupException(
                    "the database cannot be used for " + what + ": " + e.getMessage(),
                    "Define a bean of type LeaseStore over another database.",
                    e);
        }
    }

    private static DataSource required(@Nullable DataSource dataSource, String problem) {
        if (dataSource == null) {
            throw new LeaseSetupException(
                    problem + ": this application has no DataSource, or several and none of them primary",
                    "Define one (PostgreSQL, MariaDB, H2) or mark one as primary; or define a bean of type LeaseStore; or set"
                            + " 'muster.lease.store' to redis, or to memory for leases that exclude no other process; or set"
                            + " 'muster.lease.enabled' to false.",
                    null);
        }
        return dataSource;
    }
}
