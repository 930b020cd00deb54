package io.muster.client;

import static io.muster.client.ScriptedRegistry.HANG;
import static io.muster.client.ScriptedRegistry.changeEvent;
import static io.muster.client.ScriptedRegistry.snapshotEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.ChangeEvent;
import io.muster.api.ClosingEvent;
import io.muster.api.Position;
import io.muster.api.SnapshotEvent;
import io.muster.client.ScriptedRegistry.Answer;
import io.muster.client.ScriptedRegistry.Stream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a stream ends, and what the next one begins with. */
@Timeout(60)
class StreamEndTest extends ScriptedStream {
    @Test
    void resumesAtTheLastIdWithTheServicesThatItHolds() throws Exception {
        ServiceView orders = client.view("orders");
        client.view("inventory");
        client.start();
        registry.nextStream()
                .watcher("w1", "1:5")
                .snapshot("orders", "1:5", "a")
                .change("orders", "1:8", "b")
                .cut();
        Stream second = registry.nextStream();
        assertThat(second.lastEventId()).isEqualTo("1:8");
        assertThat(second.request().query()).endsWith("&service=orders");
        second.watcher("w2", "1:9");
        await().until(() -> registry.requests("PUT", "/v1/watch/w2/services").size() == 1);
        assertThat(registry.requests("PUT", "/v1/watch/w2/services").get(0).body())
                .isEqualTo("{\"services\":[\"inventory\",\"orders\"]}");
        second.change("orders", "1:9", "c");
        await().until(() -> orders.up().size() == 3);
        assertThat(client.state().reconnects()).isEqualTo(1);
    }

    @Test
    void doesNotTakeTheWatchersOwnIdForWhatItHasGot() throws Exception {
        client.view("orders");
        client.start();
        registry.nextStream()
                .watcher("w1", "1:5")
                .snapshot("orders", "1:5", "a")
                .cut();
        Stream second = registry.nextStream();
        second.raw("id: 1:90\n").watcher("w2", "1:90");
        second.event(ChangeEvent.NAME, "", changeEvent("orders", "1:80", "b"));
        await().until(() -> client.view("orders").up().size() == 2);
        second.cut();
        assertThat(registry.nextStream().lastEventId()).isEqualTo("1:5");
    }

    @Test
    void keepsLivingInstancesThroughTheRestartOfARegistry() throws Exception {
        ServiceView orders = client.view("orders");
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        client.start();
        registry.nextStream()
                .watcher("w1", "1:5")
                .snapshot("orders", "1:5", "a", "b")
                .cut();
        orders.onChange(snapshot -> sizes.add(snapshot.instances().size()));
        Stream second = registry.nextStream();
        second.watcher("w2", "2:0").event(SnapshotEvent.NAME, "2:0", snapshotEvent(true, "orders", "2:0"));
        second.change("orders", "2:1", "b").change("orders", "2:2", "a");
        await().until(() -> orders.snapshot().position().equals(new Position(2, 2)));
        assertThat(client.state().warming()).isTrue();
        second.snapshot("orders", "2:2", "a", "b");
        await().until(() -> !client.state().warming());
        assertThat(sizes).containsOnly(2);
        second.cut();
        assertThat(registry.nextStream().lastEventId()).isEqualTo("2:2");
    }

    @Test
    void asksAgainForAServiceWhoseRegistryWasWarming() throws Exception {
        client.view("orders");
        client.start();
        Stream first = registry.nextStream().watcher("w1", "2:0");
        first.event(SnapshotEvent.NAME, "2:1", snapshotEvent(true, "orders", "2:1", "a"));
        await().until(() -> client.view("orders").known());
        first.cut();
        Stream second = registry.nextStream();
        assertThat(second.lastEventId()).isEmpty();
        assertThat(second.request().query()).contains("service=orders");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: snapshot\ndata: {\"warming\":false,\"snap",
                "event: snapshot\ndata: {}\n\n",
                "event: change\ndata: not json\n\n",
                "event: change\ndata: null\n\n",
                "event: change\ndata: {\"service\":\"orders\",\"position\":\"1:x\"}\n\n",
                "event: change\ndata: {\"service\":\"orders\",\"position\":\"1:6\",\"instances\":[null]}\n\n",
                "event: watcher\ndata: {\"watcher\":\"w1\",\"position\":\"1:5\"}\n\n",
                "event: closing\ndata: []\n\n"
            })
    void opensAnotherStreamAfterABrokenOneAndLosesNothing(String broken) throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        Stream first = registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a");
        orders.first().get(10, TimeUnit.SECONDS);
        first.raw(broken);
        boolean complete = broken.endsWith("\n\n");
        if (!complete) {
            first.cut();
        }
        Stream second = registry.nextStream();
        assertThat(orders.up()).hasSize(1);
        // What the broken event was about is not known: everything is asked for anew.
        boolean asksAnew = complete && !broken.startsWith("event: watcher");
        assertThat(second.lastEventId()).isEqualTo(asksAnew ? "" : "1:5");
        second.watcher("w2", "1:6").snapshot("orders", "1:6", "a", "b");
        await().until(() -> orders.up().size() == 2);
    }

    @Test
    void opensAnotherStreamWhenOneIsSilent() throws Exception {
        try (RegistryClient impatient = RegistryClient.create(impatient(registry.url()))) {
            impatient.start();
            registry.nextStream().watcher("w1", "1:5");
            await().until(() -> impatient.state().connected());
            registry.nextStream().watcher("w2", "1:5");
            await().until(() -> impatient.state().reconnects() >= 1);
        }
    }

    @Test
    void keepsAStreamThatShowsSignsOfLifeAlone() throws Exception {
        try (RegistryClient impatient = RegistryClient.create(impatient(registry.url()))) {
            impatient.start();
            Stream stream = registry.nextStream().watcher("w1", "1:5");
            long until = System.nanoTime() + Duration.ofSeconds(8).toNanos();
            await().pollInterval(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> {
                        stream.raw(":\n\n");
                        return System.nanoTime() > until;
                    });
            assertThat(registry.hasNoFurtherStream()).isTrue();
            assertThat(impatient.state().reconnects()).isZero();
        }
    }

    @Test
    void triesAgainWhenAnOpenedStreamNamesNoWatcher() throws Exception {
        try (RegistryClient impatient = RegistryClient.create(impatient(registry.url()))) {
            impatient.start();
            Stream silent = registry.nextStream();
            await().pollInterval(Duration.ofMillis(200))
                    .atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> {
                        boolean another = !registry.hasNoFurtherStream();
                        if (!another) {
                            silent.raw(":\n\n");
                        }
                        return another;
                    });
            registry.speakUntilConnected(impatient);
        }
    }

    @Test
    void triesAgainWhenNoAnswerComes() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        registry.script(request -> asked.getAndIncrement() < 2 ? HANG : ScriptedRegistry.usual(request));
        try (RegistryClient impatient = RegistryClient.create(impatient(registry.url()))) {
            impatient.start();
            registry.speakUntilConnected(impatient);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 301, 400, 401, 404, 409, 500, 503})
    void triesAgainAfterAnAnswerThatIsNoStream(int status) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        registry.script(request -> asked.getAndIncrement() < 2 ? Answer.of(status) : ScriptedRegistry.usual(request));
        client.start();
        registry.nextStream().watcher("w1", "1:0");
        await().until(() -> client.state().connected());
        assertThat(asked).hasValue(3);
    }

    @Test
    void waitsAsLongAsTheRegistryAsks() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        registry.script(request -> asked.getAndIncrement() == 0
                ? new Answer(503, Map.of("Retry-After", "1"), "")
                : ScriptedRegistry.usual(request));
        long before = System.nanoTime();
        client.start();
        registry.nextStream();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(990));
    }

    @Test
    void comesBackAtOnceWhenTheRegistryClosesOnPurpose() throws Exception {
        List<ConnectionState> states = new CopyOnWriteArrayList<>();
        client.onStateChange(states::add);
        client.start();
        Stream first = registry.nextStream().watcher("w1", "1:5");
        await().until(() -> client.state().connected());
        first.event(ClosingEvent.NAME, "", new ClosingEvent("update")).end();
        registry.nextStream().watcher("w2", "1:5");
        await().until(() -> states.size() == 3);
        assertThat(states).extracting(ConnectionState::connected).containsExactly(true, false, true);
        assertThat(states.get(1).problem()).contains("update");
    }

    @Test
    void goesToTheNextRegistryAndStaysThere() throws Exception {
        try (ScriptedRegistry other = new ScriptedRegistry();
                RegistryClient both = RegistryClient.create(fast(registry.url(), other.url()))) {
            ServiceView orders = both.view("orders");
            both.start();
            registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a");
            orders.first().get(10, TimeUnit.SECONDS);
            registry.close();
            Stream second = other.nextStream();
            assertThat(second.lastEventId()).isEqualTo("1:5");
            second.watcher("w2", "1:6").change("orders", "1:6", "b");
            await().until(() -> orders.up().size() == 2);
            assertThat(both.state().registry()).isEqualTo(other.url());
        }
    }

    @Test
    void keepsTheLastViewWhileNobodyAnswers() throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a");
        orders.first().get(10, TimeUnit.SECONDS);
        int port = registry.port();
        registry.close();
        await().until(() -> !client.state().connected());
        await().during(Duration.ofMillis(500)).until(() -> orders.up().size() == 1);
        try (ScriptedRegistry again = new ScriptedRegistry(port)) {
            again.nextStream().watcher("w2", "1:5");
            await().until(() -> client.state().connected());
            assertThat(orders.up()).hasSize(1);
        }
    }
}
