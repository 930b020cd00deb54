package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.ChangeEvent;
import io.muster.api.SnapshotEvent;
import io.muster.registry.watch.WatchHub;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A watcher that stops reading costs bounded memory and delays nobody. */
class SlowWatcherTest {
    private static final int INSTANCES = 100;
    private static final int CHANGES = 1_200;

    @Test
    void watchersThatStopReadingDelayNobodyAndCatchUpWithASnapshot() throws IOException {
        try (RunningRegistry registry = RunningRegistry.start(
                "muster.server.gather=0ms", "muster.server.ttl=10m", "muster.server.limits.stalled-after=10m")) {
            WatchHub hub = registry.context().getBean(WatchHub.class);
            List<Socket> stalled = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                stalled.add(openAndReadNothing(registry));
            }
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> hub.watchers() == 20);
            try (EventStream reader = EventStream.open(registry, "?service=busy")) {
                reader.next(SnapshotEvent.NAME);
                long[] took = new long[CHANGES];
                for (int i = 0; i < CHANGES; i++) {
                    long started = System.nanoTime();
                    change(registry, i);
                    String expected = "v" + i;
                    ChangeEvent change;
                    do {
                        change = reader.next(ChangeEvent.NAME).as(ChangeEvent.class);
                    } while (change.instances().stream()
                            .noneMatch(instance ->
                                    expected.equals(instance.metadata().get("v"))));
                    took[i] = System.nanoTime() - started;
                }
                Arrays.sort(took);
                // A pause of the machine itself delays a few of them; a watcher that is waited for would delay all.
                assertThat(Duration.ofNanos(took[CHANGES * 9 / 10]))
                        .as("what nine of ten pushes to the one that reads took at most")
                        .isLessThan(Duration.ofSeconds(2));
            }
            assertThat(hub.collapses()).as("pending changes collapsed").isPositive();

            assertThat(seesTheNewestState(stalled.get(0)))
                    .as("the newest state comes in the end")
                    .isTrue();
            for (Socket socket : stalled) {
                socket.close();
            }
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> hub.watchers() == 0);
        }
    }

    @Test
    void aStreamWhoseReaderNeverReadsAgainIsCut() throws IOException {
        try (RunningRegistry registry = RunningRegistry.start(
                "muster.server.gather=0ms",
                "muster.server.keep-alive=100ms",
                "muster.server.limits.stalled-after=500ms")) {
            WatchHub hub = registry.context().getBean(WatchHub.class);
            AtomicInteger changes = new AtomicInteger();
            try (Socket stalled = openAndReadNothing(registry)) {
                assertThat(stalled.isConnected()).isTrue();
                Awaitility.await().until(() -> hub.watchers() == 1);
                Awaitility.await().atMost(120, TimeUnit.SECONDS).until(() -> {
                    for (int i = 0; i < 50; i++) {
                        change(registry, changes.getAndIncrement());
                    }
                    return hub.watchers() == 0;
                });
            }
        }
    }

    private static void change(RunningRegistry registry, int i) {
        int instance = i % INSTANCES;
        String padding = "x".repeat(6_000);
        assertThat(registry.call(
                                "PUT",
                                "/v1/services/busy/instances/i" + instance,
                                "{\"process\":\"p%d\",\"host\":\"127.0.0.1\",\"port\":%d,\"metadata\":{\"v\":\"v%d\",\"pad\":\"%s\"}}"
                                        .formatted(instance, 1000 + instance, i, padding))
                        .statusCode())
                .isBetween(200, 201);
    }

    private static Socket openAndReadNothing(RunningRegistry registry) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), registry.port()));
        socket.getOutputStream()
                .write("GET /v1/watch?service=busy HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Reads the raw chunks until the newest state comes. */
    private static boolean seesTheNewestState(Socket socket) throws IOException {
        socket.setSoTimeout(60_000);
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (int i = 0; i < 100 * CHANGES; i++) {
            String line = lines.readLine();
            if (line == null || line.contains("\"v\":\"v" + (CHANGES - 1) + "\"")) {
                return line != null;
            }
        }
        return false;
    }
}
