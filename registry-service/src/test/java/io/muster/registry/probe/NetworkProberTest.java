package io.muster.registry.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Checks;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Ruling;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.health.Prober.Finding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.resources.LoopResources;

@Timeout(60)
class NetworkProberTest {
    private static LoopResources loops;

    @BeforeAll
    static void create() {
        loops = LoopResources.create("prober-test", 1, true);
    }

    @AfterAll
    static void dispose() {
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
    }

    @Test
    void blackHolesOfOneOwnerKeepNobodyElseFromBeingLookedAt() throws IOException {
        NetworkProber prober = new NetworkProber(loops, new ProbeTargets(1_000, 10_000), new SimpleMeterRegistry());
        int closed;
        try (ServerSocket socket = listen(1)) {
            closed = socket.getLocalPort();
        }
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket hole = listen(1)) {
            fill(hole, waiting);
            // The first look of all takes its time, and those below are to be under way together.
            assertThat(await(connect(prober, "bob", closed))).isEqualTo(Finding.REFUSED);
            List<CompletableFuture<Finding>> flood = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                flood.add(connect(prober, "mallory", hole.getLocalPort()));
            }
            assertThat(flood)
                    .as("skipped at once")
                    .filteredOn(CompletableFuture::isDone)
                    .hasSize(300 - ProbePermits.MAX_OF_OWNER)
                    .allSatisfy(one -> assertThat(one).isCompletedWithValue(Finding.SKIPPED));

            assertThat(await(connect(prober, "bob", closed))).isEqualTo(Finding.REFUSED);
            assertThat(flood.stream().map(NetworkProberTest::await))
                    .filteredOn(Finding.SILENT::equals)
                    .hasSize(ProbePermits.MAX_OF_OWNER);
            assertThat(await(connect(prober, "mallory", closed)))
                    .as("the permits are back")
                    .isEqualTo(Finding.REFUSED);
        } finally {
            for (Socket one : waiting) {
                one.close();
            }
        }
    }

    @Test
    void warmsUpByConnectingToItsOwnPortAndNeverFails() throws Exception {
        NetworkProber prober = new NetworkProber(loops, new ProbeTargets(1, 1), new SimpleMeterRegistry());
        int closed;
        try (ServerSocket own = listen(1)) {
            closed = own.getLocalPort();
            prober.warmUp(closed).toCompletableFuture().get(10, TimeUnit.SECONDS);
            own.setSoTimeout(10_000);
            own.accept().close();
        }

        prober.warmUp(closed).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void anAddressThatIsLookedAtTooOftenIsSkippedAndHoldsNoPermit() throws IOException {
        NetworkProber prober = new NetworkProber(loops, new ProbeTargets(1, 1), new SimpleMeterRegistry());
        try (ServerSocket open = listen(50)) {
            assertThat(await(connect(prober, "bob", open.getLocalPort()))).isEqualTo(Finding.ACCEPTED);
            List<Finding> more = new ArrayList<>();
            for (int i = 0; i < 2 * ProbePermits.MAX_OF_OWNER; i++) {
                more.add(await(connect(prober, "bob", open.getLocalPort())));
            }
            assertThat(more).isSubsetOf(Finding.SKIPPED, Finding.ACCEPTED).contains(Finding.SKIPPED);
            assertThat(await(connect(prober, "bob", "127.0.0.2", open.getLocalPort())))
                    .as("another address")
                    .isEqualTo(Finding.REFUSED);
        }
    }

    private static void fill(ServerSocket socket, List<Socket> waiting) throws IOException {
        for (int i = 0; i < 100; i++) {
            Socket one = new Socket();
            waiting.add(one);
            try {
                one.connect(socket.getLocalSocketAddress(), 300);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new AssertionError("a backlog of 1 took 100 connections");
    }

    private static ServerSocket listen(int backlog) throws IOException {
        return new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
    }

    private static CompletableFuture<Finding> connect(NetworkProber prober, String owner, int port) {
        return connect(prober, owner, "127.0.0.1", port);
    }

    private static CompletableFuture<Finding> connect(NetworkProber prober, String owner, String host, int port) {
        InstanceKey key = new InstanceKey(new ServiceKey("default", "orders"), "a");
        Registration registration = Registration.of("p", host, port);
        InstanceRecord record =
                new InstanceRecord(key, new Position(1, 1), registration, owner, host, Checks.PASSING, Ruling.NONE);
        return prober.connect(record).toCompletableFuture();
    }

    private static Finding await(CompletableFuture<Finding> stage) {
        return stage.orTimeout(30, TimeUnit.SECONDS).join();
    }
}
