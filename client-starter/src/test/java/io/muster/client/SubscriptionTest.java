package io.muster.client;

import static io.muster.client.ScriptedRegistry.changeEvent;
import static io.muster.client.ScriptedRegistry.instance;
import static io.muster.client.ScriptedRegistry.snapshotEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.ChangeEvent;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.SnapshotEvent;
import io.muster.client.ScriptedRegistry.Answer;
import io.muster.client.ScriptedRegistry.Request;
import io.muster.client.ScriptedRegistry.Stream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client tells the registry of its open stream: the services that it wants, and what it has applied. */
@Timeout(60)
class SubscriptionTest extends ScriptedStream {
    /** What nobody waits for is acknowledged after this at the earliest. */
    private static final Duration LAZY = Duration.ofMillis(700);

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
        orders.onChange(snapshot -> seen.add(snapshot.position()));
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
            List<Request> acks = registry.requests("POST", "/ack");
            assertThat(acks).isNotEmpty();
            assertThat(acks.get(acks.size() - 1).body()).isEqualTo("{\"position\":\"1:500\"}");
        });
        assertThat(registry.requests("POST", "/ack").size()).isLessThan(250);
    }

    @Test
    void acknowledgesSoonAgainAfterEachFailure() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        registry.script(request -> request.path().endsWith("/ack") && asked.getAndIncrement() % 2 == 0
                ? Answer.of(500)
                : ScriptedRegistry.usual(request));
        ClientConfig growing = new ClientConfig(
                List.of(registry.url()),
                "default",
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofMillis(20),
                Duration.ofHours(1),
                Duration.ofSeconds(30));
        try (RegistryClient other = RegistryClient.create(growing)) {
            other.view("orders");
            other.start();
            Stream stream = registry.nextStream().watcher("w1", "1:5");
            // A round takes a fraction of a second; with a back-off that grew from round to round the last were
            // minutes.
            for (int round = 1; round <= 16; round++) {
                stream.snapshot("orders", "1:" + (5 + round), "a" + round);
                int answers = 2 * round;
                await().until(() -> asked.get() == answers);
            }
        }
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
    void refusesMoreServicesThanAStreamMayCarry() {
        for (int i = 0; i < 1000; i++) {
            client.view("s" + i);
        }
        assertThatThrownBy(() -> client.view("one-more")).isInstanceOf(IllegalStateException.class);
        assertThat(client.view("s0")).isNotNull();
        assertThatThrownBy(() -> client.view("No Service")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void acknowledgesAtOnceWhatTakesAnInstanceOutOfTheRotationAndTheRestInItsTime() throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a", "b");
        await().until(() -> registry.requests("POST", "/ack").size() == 1);
        Duration addition = acknowledged(stream, 6, List.of(instance("c", InstanceStatus.UP)), List.of());
        assertThat(addition).isGreaterThanOrEqualTo(LAZY);

        fastest(stream, 7, position -> List.of(instance("b", InstanceStatus.DRAINING)), position -> List.of());
        fastest(stream, 20, position -> List.of(), position -> List.of(new ChangeEvent.Removal("b", "deregistered")));
        assertThat(orders.up()).hasSize(2);
        addition = acknowledged(stream, 30, List.of(instance("d", InstanceStatus.UP)), List.of());
        assertThat(addition).isGreaterThanOrEqualTo(LAZY);
    }

    @Test
    void acknowledgesAtOnceWhatAnOperatorTookOut() throws Exception {
        ServiceView orders = client.view("orders");
        client.start();
        Stream stream = registry.nextStream().watcher("w1", "1:5").snapshot("orders", "1:5", "a", "b");
        await().until(() -> registry.requests("POST", "/ack").size() == 1);
        Instance weightless = new Instance(
                "a", new Position(1, 1), "127.0.0.1", 80, false, InstanceStatus.UP, "", 0, "", Map.of(), null);
        fastest(stream, 6, position -> List.of(instance("b", InstanceStatus.MAINTENANCE)), position -> List.of());
        fastest(stream, 20, position -> List.of(weightless), position -> List.of());
        assertThat(orders.up()).hasSize(1);
    }

    /** Of several times the shortest counts: a machine that is busy makes some of them long, never all. */
    private void fastest(
            Stream stream,
            int first,
            IntFunction<List<Instance>> instances,
            IntFunction<List<ChangeEvent.Removal>> removals)
            throws Exception {
        Duration fastest = Duration.ofMinutes(1);
        for (int index = first; index < first + 8; index++) {
            Duration took = acknowledged(stream, index, instances.apply(index), removals.apply(index));
            fastest = took.compareTo(fastest) < 0 ? took : fastest;
        }
        assertThat(fastest).as("the shortest of eight times").isLessThan(LAZY);
    }

    /** Sends a change; how long it takes until the acknowledgement of its position comes. */
    private Duration acknowledged(
            Stream stream, int index, List<Instance> instances, List<ChangeEvent.Removal> removals) throws Exception {
        Position position = new Position(1, index);
        String body = "{\"position\":\"" + position + "\"}";
        long sent = System.nanoTime();
        stream.event(
                ChangeEvent.NAME,
                position.toString(),
                new ChangeEvent("default", "orders", position, instances, removals));
        Request acknowledgement = await().until(
                        () -> registry.requests("POST", "/ack").stream()
                                .filter(request -> request.body().equals(body))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        return Duration.ofNanos(acknowledgement.cameNanos() - sent);
    }
}
