package io.muster.client;

import static io.muster.client.ScriptedRegistry.HANG;
import static io.muster.client.ScriptedRegistry.changeEvent;
import static io.muster.client.ScriptedRegistry.snapshotEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.ChangeEvent;
import io.muster.api.ClosingEvent;
import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.SnapshotEvent;
import io.muster.client.ScriptedRegistry.Answer;
import io.muster.client.ScriptedRegistry.Stream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stream against a server that a test drives word by word. */
@Timeout(60)
class StreamTest {
    private final ScriptedRegistry registry = new ScriptedRegistry();
    private final RegistryClient client = RegistryClient.create(fast(registry.url()));

    static ClientConfig fast(URI... urls) {
        return new ClientConfig(
                List.of(urls),
                "default",
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofMillis(20),
                Duration.ofMillis(200),
                Duration.ofSeconds(2));
    }

    @AfterEach
    void close() {
        client.close();
        registry.close();
    }

    @Test
    void namesTheServicesThatAreWantedAndShowsTheirSnapshots() throws Exception {
        ServiceView orders = client.view("orders");
        client.view("inventory");
        client.start();
        Stream stream = registry.nextStream();
        assertThat(stream.request().query()).isEqualTo("ack=true&namespace=default&service=inventory&service=orders");
        assertThat(stream.lastEventId()).isEmpty();
        assertThat(orders.known()).isFalse();

        stream.watcher("w1", "1:5").snapshot("orders", "1:5", "a", "b");
        assertThat(orders.first().get(10, TimeUnit.SECONDS).position()).isEqualTo(new Position(1, 5));
        assertThat(orders.up()).extracting(Instance::id).containsExactly("a", "b");
        assertThat(client.state().connected()).isTrue();
        await().until(() -> new Position(1, 5).equals(client.state().position()));
        assertThat(client.state().sinceLastByte()).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void opensAStreamThatWatchesNothing() throws Exception {
        client.start();
        registry.nextStream().watcher("w1", "1:0");
        await().until(() -> client.state().connected());
    }

    @Test
    void addsServicesInPlaceWithTheFullSet() throws Exception {
        client.view("orders");
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5");
        ServiceView inventory = client.view("inventory");
        await().until(() -> registry.requests("PUT", "/v1/watch/w1/services").size() == 1);
        assertThat(registry.requests("PUT", "/v1/watch/w1/services").get(0).body())
                .isEqualTo("{\"services\":[\"inventory\",\"orders\"]}");
        stream.snapshot("inventory", "1:6");
        inventory.first().get(10, TimeUnit.SECONDS);
        assertThat(client.view("inventory")).isSameAs(inventory);
        assertThat(registry.hasNoFurtherStream()).isTrue();
    }

    @Test
    void asksForASnapshotAgainWhenAForgottenServiceIsWantedAnew() throws Exception {
        ServiceView before = client.view("orders");
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a");
        before.first().get(10, TimeUnit.SECONDS);
        client.forget("orders");
        ServiceView after = client.view("orders");
        assertThat(after).isNotSameAs(before);
        await().until(() -> registry.requests("PUT", "/services").size() == 2);
        assertThat(registry.requests("PUT", "/services").get(0).body()).isEqualTo("{\"services\":[]}");
        assertThat(registry.requests("PUT", "/services").get(1).body()).isEqualTo("{\"services\":[\"orders\"]}");
        stream.snapshot("orders", "1:5", "a");
        after.first().get(10, TimeUnit.SECONDS);
    }

    @Test
    void acknowledgesWhatItAppliedAndNothingBefore() throws Exception {
        ServiceView orders = client.view("orders");
        List<Position> seen = new CopyOnWriteArrayList<>();
        orders.onChange(snapshot -> {
            assertThat(registry.requests("POST", "/ack")).isEmpty();
            seen.add(snapshot.position());
        });
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5");
        stream.event(SnapshotEvent.NAME, "", snapshotEvent(false, "orders", "1:4", "a"));
        stream.event(ChangeEvent.NAME, "1:5", changeEvent("orders", "1:5", "b"));
        await().until(() -> registry.requests("POST", "/v1/watch/w1/ack").size() == 1);
        assertThat(registry.requests("POST", "/ack").get(0).body()).isEqualTo("{\"position\":\"1:5\"}");
        assertThat(seen).containsExactly(new Position(1, 4), new Position(1, 5));
    }

    @Test
    void acknowledgesWithAnIdThatComesWithASignOfLife() throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a");
        await().until(() -> registry.requests("POST", "/ack").size() == 1);
        stream.event(ChangeEvent.NAME, "", changeEvent("orders", "1:9", "b"));
        await().until(() -> orders.up().size() == 2);
        stream.raw("id: 1:9\n:\n\n");
        await().until(() -> registry.requests("POST", "/ack").size() == 2);
        assertThat(registry.requests("POST", "/ack").get(1).body()).isEqualTo("{\"position\":\"1:9\"}");
        stream.raw("id: 1:12\n:\n\n").change("orders", "1:13", "c");
        await().until(() -> registry.requests("POST", "/ack").size() == 3);
        assertThat(registry.requests("POST", "/ack").get(2).body()).isEqualTo("{\"position\":\"1:13\"}");
    }

    @Test
    void gathersAcknowledgementsUnderLoadAndEndsWithTheLast() throws Exception {
        client.view("orders");
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:1").snapshot("orders", "1:1");
        for (int i = 2; i <= 500; i++) {
            stream.change("orders", "1:" + i, "a" + i);
        }
        await().untilAsserted(() -> {
            List<ScriptedRegistry.Request> acks = registry.requests("POST", "/ack");
            assertThat(acks.get(acks.size() - 1).body()).isEqualTo("{\"position\":\"1:500\"}");
        });
        assertThat(registry.requests("POST", "/ack").size()).isLessThan(250);
    }

    @Test
    void givesListenersEveryStateInOrderAndTheCurrentOneFirst() throws Exception {
        ServiceView orders = client.view("orders");
        List<Long> early = new CopyOnWriteArrayList<>();
        orders.onChange(snapshot -> {
            throw new IllegalStateException("a listener that fails harms nobody");
        });
        orders.onChange(snapshot -> early.add(snapshot.position().index()));
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:1").snapshot("orders", "1:1");
        orders.first().get(10, TimeUnit.SECONDS);
        List<Long> late = new CopyOnWriteArrayList<>();
        ServiceView.Subscription subscription =
                orders.onChange(snapshot -> late.add(snapshot.position().index()));
        assertThat(late).containsExactly(1L);
        for (int i = 2; i <= 100; i++) {
            stream.change("orders", "1:" + i, "a" + i);
        }
        await().until(() -> late.size() == 100);
        assertThat(early).isSorted().hasSize(100);
        assertThat(late).isSorted();
        subscription.close();
        stream.change("orders", "1:101", "z");
        await().until(() -> early.size() == 101);
        assertThat(late).hasSize(100);
    }

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
        first.raw(broken).cut();
        Stream second = registry.nextStream();
        assertThat(orders.up()).hasSize(1);
        second.watcher("w2", "1:6").snapshot("orders", "1:6", "a", "b");
        await().until(() -> orders.up().size() == 2);
    }

    @Test
    void endsALineWithoutEnd() throws Exception {
        client.view("orders");
        client.start();
        Stream first = registry.nextStream().watcher("w1", "1:5");
        String megabyte = "x".repeat(1 << 20);
        first.raw("data: ");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 40; i++) {
                        first.raw(megabyte);
                    }
                })
                .as("the client cuts the connection")
                .isInstanceOf(IOException.class);
        first.cut();
        registry.nextStream();
    }

    @Test
    void passesOverUnknownEventsAndForeignServices() throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        Stream stream = registry.nextStream();
        stream.raw("event: weather\ndata: sunny\n\n").watcher("w1", "1:5");
        stream.snapshot("unheard-of", "1:5", "x").change("unheard-of", "1:6", "y");
        stream.raw("event: change\ndata: {\"namespace\":\"other\",\"service\":\"orders\",\"position\":\"1:6\"}\n\n");
        stream.snapshot("orders", "1:6", "a");
        orders.first().get(10, TimeUnit.SECONDS);
        assertThat(client.views()).containsExactly(orders);
        assertThat(registry.hasNoFurtherStream()).isTrue();
    }

    @Test
    void readsFieldsAndStatusesOfANewerRegistry() throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        registry.nextStream()
                .watcher("w1", "1:5")
                .raw("event: snapshot\ndata: {\"warming\":false,\"new\":1,\"snapshot\":{\"service\":\"orders\","
                        + "\"position\":\"1:5\",\"instances\":[{\"id\":\"a\",\"generation\":\"1:1\",\"host\":\"h\","
                        + "\"port\":1,\"secure\":false,\"weight\":1,\"status\":\"DREAMING\",\"more\":{}}]}}\n\n");
        orders.first().get(10, TimeUnit.SECONDS);
        assertThat(orders.snapshot().instances()).hasSize(1);
        assertThat(orders.up()).isEmpty();
    }

    @Test
    void opensAnotherStreamWhenOneIsSilent() throws Exception {
        client.start();
        registry.nextStream().watcher("w1", "1:5");
        registry.nextStream().watcher("w2", "1:5");
        await().until(() -> client.state().reconnects() == 1);
    }

    @Test
    void keepsAStreamThatShowsSignsOfLifeAlone() throws Exception {
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5");
        long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        await().pollInterval(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    stream.raw(":\n\n");
                    return System.nanoTime() > until;
                });
        assertThat(registry.hasNoFurtherStream()).isTrue();
        assertThat(client.state().reconnects()).isZero();
    }

    @Test
    void triesAgainWhenAnOpenedStreamNamesNoWatcher() throws Exception {
        client.start();
        Stream silent = registry.nextStream();
        await().pollInterval(Duration.ofMillis(200)).ignoreExceptions().until(() -> {
            boolean another = !registry.hasNoFurtherStream();
            if (!another) {
                silent.raw(":\n\n");
            }
            return another;
        });
        registry.nextStream().watcher("w2", "1:0");
        await().until(() -> client.state().connected());
    }

    @Test
    void triesAgainWhenNoAnswerComes() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        registry.script(request -> asked.getAndIncrement() < 2 ? HANG : ScriptedRegistry.usual(request));
        client.start();
        registry.nextStream().watcher("w1", "1:0");
        await().until(() -> client.state().connected());
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
    void opensAnotherStreamWhenTheRegistryForgotTheWatcher() throws Exception {
        registry.script(
                request -> request.path().endsWith("/ack") && request.path().contains("w1")
                        ? Answer.of(404)
                        : ScriptedRegistry.usual(request));
        client.view("orders");
        client.start();
        registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a");
        assertThat(registry.nextStream().lastEventId()).isEqualTo("1:5");
    }

    @Test
    void repeatsASubscriptionThatFailed() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        registry.script(request -> request.path().endsWith("/services") && asked.getAndIncrement() == 0
                ? Answer.of(500)
                : ScriptedRegistry.usual(request));
        client.start();
        registry.nextStream().watcher("w1", "1:5");
        await().until(() -> client.state().connected());
        client.view("orders");
        await().until(() -> registry.requests("PUT", "/services").size() == 2);
        assertThat(registry.hasNoFurtherStream()).isTrue();
    }

    @Test
    void addsByCallWhatDoesNotFitIntoTheUrl() throws Exception {
        for (int i = 0; i < 300; i++) {
            client.view("service-with-a-rather-long-name-" + i);
        }
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5");
        assertThat(stream.request().query().length()).isLessThan(3000);
        await().until(() -> registry.requests("PUT", "/services").size() == 1);
        assertThat(registry.requests("PUT", "/services").get(0).body().split(","))
                .hasSize(300);
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

    @Test
    void needsNoThreadPerService() throws Exception {
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5");
        for (int i = 0; i < 200; i++) {
            client.view("s" + i);
        }
        await().until(() -> registry.requests("PUT", "/services").stream()
                .anyMatch(request -> request.body().split(",").length == 200));
        for (int i = 0; i < 200; i++) {
            stream.snapshot("s" + i, "1:5", "a");
        }
        await().until(() -> client.views().stream().allMatch(ServiceView::known));
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("muster-client"))
                .count();
        assertThat(threads).isLessThanOrEqualTo(6);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("muster-client"))
                .allMatch(Thread::isDaemon);
    }

    @Test
    void refusesMoreServicesThanAStreamMayCarry() {
        for (int i = 0; i < 1000; i++) {
            client.view("s" + i);
        }
        assertThatThrownBy(() -> client.view("one-more")).isInstanceOf(IllegalStateException.class);
        assertThat(client.view("s0")).isNotNull();
        assertThatThrownBy(() -> client.view("No Service")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void closesFastWhateverTheRegistryDoes() {
        registry.script(request -> HANG);
        ServiceView orders = client.view("orders");
        client.start();
        var lookup = client.lookup("orders");
        await().until(() -> registry.requests("GET", "").size() == 2);
        long before = System.nanoTime();
        client.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(900));
        assertThat(orders.first()).isCompletedExceptionally();
        await().until(lookup::isCompletedExceptionally);
        assertThatThrownBy(() -> client.view("orders")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(client::start).isInstanceOf(IllegalStateException.class);
    }
}
