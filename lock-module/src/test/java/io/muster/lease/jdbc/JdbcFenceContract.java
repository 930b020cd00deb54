package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.Lease;
import io.muster.lease.StaleFenceException;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The fence between holders: old ones write nothing, new ones wait for what is under way and not for ever. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class JdbcFenceContract extends GuardedDatabase {
    @Test
    void aStaleHolderThatDoesNotAskWritesNothing() throws Exception {
        Lease stale = first.tryAcquire(request).orElseThrow();
        // Its own process still believes that it holds: it hears of this with its next renewal.
        assertThat(second.forceRelease(resource)).isTrue();
        try (Lease newer = second.tryAcquire(request).orElseThrow()) {
            assertThatThrownBy(() -> stale.call(() -> inTransaction(connection -> add(connection, 100))))
                    .satisfiesAnyOf(
                            e -> assertThat(e).isInstanceOf(StaleFenceException.class),
                            e -> assertThat(e).hasCauseInstanceOf(StaleFenceException.class));
            newer.call(() -> inTransaction(connection -> add(connection, 1)));
        }
        assertThat(amount()).isEqualTo(1);
    }

    @Test
    void aNewHolderWaitsForAGuardedTransactionUnderWay() throws Exception {
        Lease older = first.tryAcquire(request).orElseThrow();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        CompletableFuture<Boolean> committed = inThread(older, connection -> {
            add(connection, 5);
            written.countDown();
            awaitUninterruptibly(mayCommit);
        });
        assertThat(written.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.forceRelease(resource)).isTrue();

        CompletableFuture<Long> seen = new CompletableFuture<>();
        Thread successor = new Thread(() -> {
            try (Lease newer = second.tryAcquire(request).orElseThrow()) {
                seen.complete(newer.call(this::amount));
            } catch (Exception e) {
                seen.completeExceptionally(e);
            }
        });
        successor.start();
        assertThat(seen).isNotDone();
        mayCommit.countDown();

        assertThat(committed.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(seen.get(60, TimeUnit.SECONDS)).as("what was written before").isEqualTo(5);
    }

    @Test
    void aCheckByHandGuardsATransactionAndARow() throws Exception {
        fence.raise(resource, 10);
        try (Connection connection = raw.getConnection()) {
            assertThatThrownBy(() -> fence.check(connection, resource, 10, TTL)).hasMessageContaining("autocommit");
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> fence.check(connection, resource, 9, TTL)).isInstanceOf(StaleFenceException.class);
            fence.check(connection, resource, 10, TTL);
            fence.check(connection, resource + " never raised", 3, TTL);
            assertThat(fence.seen(resource + " never raised"))
                    .as("not committed")
                    .isZero();
            connection.commit();
        }
        assertThat(fence.seen(resource)).isEqualTo(10);
        assertThat(fence.seen(resource + " never raised")).isEqualTo(3);
        JdbcFence.requireWritten(1, resource, 9);
        assertThatThrownBy(() -> JdbcFence.requireWritten(0, resource, 9)).isInstanceOf(StaleFenceException.class);
    }

    /** For databases that end idle transactions: a holder that stops between the guard and its commit. */
    void aFrozenTransactionDoesNotHoldUpTheSuccessorForEver() throws Exception {
        Lease frozen = first.tryAcquire(request).orElseThrow();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch thaw = new CountDownLatch(1);
        CompletableFuture<Boolean> committed = inThread(frozen, connection -> {
            add(connection, 100);
            written.countDown();
            awaitUninterruptibly(thaw);
        });
        assertThat(written.await(60, TimeUnit.SECONDS)).isTrue();
        long begin = System.nanoTime();
        assertThat(second.forceRelease(resource)).isTrue();

        try (Lease newer = second.tryAcquire(request).orElseThrow()) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TTL.plusSeconds(60));
            newer.call(() -> inTransaction(connection -> add(connection, 1)));
        }
        thaw.countDown();
        assertThatThrownBy(() -> committed.get(60, TimeUnit.SECONDS)).cause().hasCauseInstanceOf(SQLException.class);
        assertThat(amount()).isEqualTo(1);
    }

    @Test
    void whatIsNoNameAndNoTokenIsRefused() {
        assertThatThrownBy(() -> fence.raise("a\nb", 1)).hasMessageContaining("resource must be");
        assertThatThrownBy(() -> fence.raise(resource, 0)).hasMessage("token must be from 1 to 2^53 - 1 but was 0");
        assertThatThrownBy(() -> inTransaction(connection -> fence.check(connection, resource, 1, Duration.ZERO)))
                .hasMessage("idleLimit must be positive but was PT0S");
    }

    /** For databases behind a network: one that still takes questions and answers none. */
    void aDatabaseThatFallsSilentHoldsUpNoRaiseForEver() throws Exception {
        URI server = URI.create(raw.getJdbcUrl().substring("jdbc:".length()));
        try (TcpLink link = TcpLink.to(server.getHost(), server.getPort());
                HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(raw.getJdbcUrl().replace(server.getAuthority(), "127.0.0.1:" + link.port()));
            pool.setUsername(raw.getUsername());
            pool.setPassword(raw.getPassword());
            pool.setMaximumPoolSize(1);
            JdbcFence far = JdbcFence.open(pool, Duration.ofSeconds(1));
            far.raise(resource, 1);

            link.silence();
            long begin = System.nanoTime();
            assertThatThrownBy(() -> far.raise(resource, 2))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(resource)
                    .hasCauseInstanceOf(SQLException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(60));
            link.cut();
            far.raise(resource, 3);
        }
        assertThat(fence.seen(resource)).isEqualTo(3);
    }
}
