package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.StaleFenceException;
import io.muster.lease.http.FencingTokenHeader;
import io.muster.lease.jdbc.JdbcLeaseStore;
import io.muster.lease.spring.http.LeaseHttpAutoConfiguration;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.http.client.HttpClientAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestClientAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/**
 * Our lease in a database, and a {@link LedgerService} that writes for its holder. Requests go in turns through a client that sends
 * the token by itself, which sends nothing once the lease is lost, and through a bare one with the header set by hand, so that
 * nothing but the service decides.
 */
final class MusterHttpHolder implements Holder {
    private final HikariDataSource pool;
    private final ConfigurableApplicationContext application;
    private final RestClient sending;
    private final RestClient bare;
    private final String path;
    private final HeldLease held;

    private MusterHttpHolder(
            Address address, String lease, String path, String writer, Duration ttl, HikariDataSource pool)
            throws SQLException {
        this.pool = pool;
        this.application = new SpringApplicationBuilder(Client.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false)
                .properties("spring.main.banner-mode=off", "muster.lease.http.send-to=" + Address.HOST)
                .run();
        String service = "http://" + Address.HOST + ":" + address.service();
        this.sending =
                application.getBean(RestClient.Builder.class).baseUrl(service).build();
        this.bare = RestClient.create(service);
        this.path = path;
        this.held = new HeldLease(
                JdbcLeaseStore.open(pool), LeaseSettings.defaults(writer).withTtl(ttl), lease);
    }

    /** One that writes to the endpoint that asks for its token. */
    static MusterHttpHolder guarded(Address address, String resource, String writer, Duration ttl) throws SQLException {
        return new MusterHttpHolder(
                address, LedgerService.LEASE, LedgerService.GUARDED + resource, writer, ttl, address.pool());
    }

    /** One that sends the same to the endpoint that looks at no token. */
    static MusterHttpHolder open(Address address, String resource, String writer, Duration ttl) throws SQLException {
        return new MusterHttpHolder(address, resource, LedgerService.OPEN + resource, writer, ttl, address.pool());
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        HttpClientAutoConfiguration.class,
        RestClientAutoConfiguration.class,
        LeaseHttpAutoConfiguration.class
    })
    static final class Client {}

    @Override
    public boolean take() {
        return held.take();
    }

    @Override
    public void work(Runnable task) {
        held.get().run(task);
    }

    @Override
    public List<Write> writes() {
        return List.of(this::writeByClient, this::writeByHand);
    }

    private void writeByClient(Entry entry) {
        send(sending, new HttpHeaders(), entry);
    }

    private void writeByHand(Entry entry) {
        HttpHeaders headers = new HttpHeaders();
        LeaseKey grant = new LeaseKey(held.get().name(), held.get().fencingToken());
        headers.set(FencingTokenHeader.NAME, FencingTokenHeader.format(List.of(grant)));
        send(bare, headers, entry);
    }

    /** Any other status than 409 keeps the client's exception: it says nothing of the token's age. */
    private void send(RestClient client, HttpHeaders headers, Entry entry) {
        try {
            var unused = client.post()
                    .uri(path)
                    .headers(all -> all.addAll(headers))
                    .contentType(MediaType.TEXT_PLAIN)
                    .body(entry.text())
                    .retrieve()
                    .toBodilessEntity();
        } catch (HttpClientErrorException.Conflict e) {
            StaleFenceException stale =
                    new StaleFenceException(held.get().name(), held.get().fencingToken());
            stale.initCause(e);
            throw stale;
        }
    }

    @Override
    public void close() {
        application.close();
        held.close();
        pool.close();
    }
}
