package io.muster.benchmarks.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.jdbc.JdbcLeaseStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

/** Two holders and the service, all over H2 in this process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class MusterHttpHolderTest {
    /** So long that no holder hears of its loss by a renewal. */
    private static final Duration TTL = Duration.ofMinutes(2);

    private ConfigurableApplicationContext service;
    private Address address;

    @BeforeAll
    void start() throws SQLException {
        dropAll();
        Tables.create(Address.h2());
        service = LedgerService.start(Address.h2(), 0);
        int port = ((WebServerApplicationContext) service).getWebServer().getPort();
        address = new Address(Backend.H2, 0, port);
    }

    @AfterAll
    void stop() throws SQLException {
        service.close();
        dropAll();
    }

    @Test
    void theGuardedEndpointRefusesEveryWriteOfWhoHeldTheLeaseBefore() throws Exception {
        try (Holder first = MusterHttpHolder.guarded(address, "guarded", "A", TTL);
                Holder second = MusterHttpHolder.guarded(address, "guarded", "B", TTL)) {
            assertThat(take(first, LedgerService.LEASE)).isTrue();
            assertThat(writes(first, "A")).containsExactly("accepted", "accepted");
            assertThat(take(second, LedgerService.LEASE)).isTrue();
            assertThat(writes(second, "B")).containsExactly("accepted", "accepted");
            assertThat(writes(first, "A")).containsExactly("StaleFenceException", "StaleFenceException");
        }
        assertThat(Ledger.read(address, "guarded")).extracting(Entry::writer).containsExactly("A", "A", "B", "B");
    }

    @Test
    void theOpenEndpointTakesThem() throws Exception {
        try (Holder first = MusterHttpHolder.open(address, "open", "A", TTL);
                Holder second = MusterHttpHolder.open(address, "open", "B", TTL)) {
            assertThat(take(first, "open")).isTrue();
            assertThat(take(second, "open")).isTrue();
            assertThat(writes(second, "B")).containsExactly("accepted", "accepted");
            assertThat(writes(first, "A")).containsExactly("accepted", "accepted");
        }
        assertThat(StaleWrites.after(Ledger.read(address, "open"), "A", "B")).isEqualTo(2);
    }

    @Test
    void theGuardedEndpointAsksForAToken() {
        int status = RestClient.create("http://" + Address.HOST + ":" + address.service())
                .post()
                .uri(LedgerService.GUARDED + "none")
                .body(new Entry("A", 1).text())
                .exchangeForRequiredValue(
                        (request, response) -> response.getStatusCode().value());
        assertThat(status).isEqualTo(428);
    }

    @ParameterizedTest
    @CsvSource({
        "204, accepted",
        "409, StaleFenceException",
        "428, HttpClientErrorException",
        "500, InternalServerError",
        "503, ServiceUnavailable"
    })
    void only409CountsAsStale(int status, String outcome) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        Address answering = new Address(Backend.H2, 0, server.getAddress().getPort());
        try (Holder holder = MusterHttpHolder.guarded(answering, "status", "A", TTL)) {
            assertThat(take(holder, LedgerService.LEASE)).isTrue();
            assertThat(writes(holder, "A")).containsExactly(outcome, outcome);
        } finally {
            server.stop(0);
        }
    }

    /** From whoever has it. */
    private boolean take(Holder holder, String lease) throws Exception {
        try (HikariDataSource pool = address.pool();
                JdbcLeaseStore store = JdbcLeaseStore.open(pool)) {
            boolean unused = store.forceRelease(lease).toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
        return holder.take();
    }

    /** How each of its ways to write ended. */
    private static List<String> writes(Holder holder, String writer) {
        List<String> outcomes = new ArrayList<>();
        holder.work(() -> {
            for (Holder.Write write : holder.writes()) {
                Throwable failure = catchThrowable(() -> write.accept(new Entry(writer, 1)));
                outcomes.add(failure == null ? "accepted" : failure.getClass().getSimpleName());
            }
        });
        return outcomes;
    }

    private static void dropAll() throws SQLException {
        try (HikariDataSource pool = Address.h2().pool();
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            boolean unused = statement.execute("DROP ALL OBJECTS");
        }
    }
}
