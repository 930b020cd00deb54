package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.http.RequireFence;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * A service that writes into the ledger what it is sent: below {@code /guarded} for holders of the lease {@link #LEASE}, by the
 * annotation and the guarded data source; below {@code /open} for everybody.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = RedisAutoConfiguration.class)
@Import({LedgerService.Guarded.class, LedgerService.Open.class})
final class LedgerService {
    /** The lease that the guarded endpoint asks for, and the resource that it is. */
    static final String LEASE = "ledger";

    static final String GUARDED = "/guarded/";
    static final String OPEN = "/open/";

    /** @param arguments PostgreSQL's port, and its own */
    static void run(List<String> arguments) {
        Address store = new Address(Backend.POSTGRESQL, Integer.parseInt(arguments.get(0)));
        ConfigurableApplicationContext unused = start(store, Integer.parseInt(arguments.get(1)));
    }

    /**
     * Starts it in this process.
     *
     * @param store the database of leases, fences and ledger, with all tables
     * @param port where it shall answer, on the loopback
     */
    static ConfigurableApplicationContext start(Address store, int port) {
        return new SpringApplicationBuilder(LedgerService.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.address=" + Address.HOST,
                        "server.port=" + port,
                        "spring.main.banner-mode=off",
                        "spring.datasource.url=" + store.jdbcUrl(),
                        "spring.datasource.username=" + Address.ACCOUNT,
                        "spring.datasource.password=" + Address.ACCOUNT,
                        "spring.datasource.hikari.maximum-pool-size=6",
                        "muster.lease.guard.data-source=true",
                        // A dozen JVMs start on the machine at this moment.
                        "muster.lease.http.store-timeout=10s")
                .run();
    }

    private static void insert(DataSource dataSource, String resource, String entry) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            Ledger.insert(connection, resource, Entry.parse(entry));
            connection.commit();
        }
    }

    /** For who holds the lease. */
    @RestController
    @RequireFence(LEASE)
    static final class Guarded {
        private final DataSource dataSource;

        Guarded(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        @PostMapping(GUARDED + "{resource}")
        @ResponseStatus(HttpStatus.NO_CONTENT)
        void write(@PathVariable("resource") String resource, @RequestBody String entry) throws SQLException {
            insert(dataSource, resource, entry);
        }
    }

    /** For everybody, past the guarded data source. */
    @RestController
    static final class Open {
        private final DataSource dataSource;

        Open(DataSource dataSource) throws SQLException {
            this.dataSource = dataSource.unwrap(HikariDataSource.class);
        }

        @GetMapping("/ready")
        String ready() {
            return "ready";
        }

        @PostMapping(OPEN + "{resource}")
        @ResponseStatus(HttpStatus.NO_CONTENT)
        void write(@PathVariable("resource") String resource, @RequestBody String entry) throws SQLException {
            insert(dataSource, resource, entry);
        }
    }
}
