package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.ChangeEvent;
import io.muster.api.ClosingEvent;
import io.muster.api.Headers;
import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import io.muster.api.WatcherEvent;
import io.muster.registry.EventStream.Event;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WatchStreamTest {
    private static RunningRegistry registry;

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start("muster.server.keep-alive=200ms", "muster.server.ttl=10m");
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void aStreamBeginsWithItsWatcherThenSnapshotsThenChanges() {
        register("first", "a", 9001, "UP");
        try (EventStream stream = EventStream.open(registry, "?service=first&ack=true")) {
            WatcherEvent watcher = stream.nextEvent().as(WatcherEvent.class);
            assertThat(watcher.watcher()).hasSize(32);
            Event snapshot = stream.nextEvent();
            assertThat(snapshot.name()).isEqualTo(SnapshotEvent.NAME);
            ServiceSnapshot known = snapshot.as(SnapshotEvent.class).snapshot();
            assertThat(known.instances()).extracting(Instance::id).containsExactly("a");

            register("first", "b", 9002, "UP");
            Event event = stream.nextEvent();
            // A change that the snapshot covers may follow it, and clients drop it.
            while (known.position().covers(event.as(ChangeEvent.class).position())) {
                event = stream.nextEvent();
            }
            ChangeEvent change = event.as(ChangeEvent.class);
            assertThat(change.instances()).extracting(Instance::id).containsExactly("b");
            assertThat(Position.parse(event.id()).covers(change.position())).isTrue();
            assertThat(registry.call(
                                    "POST",
                                    "/v1/watch/" + watcher.watcher() + "/ack",
                                    "{\"position\":\"" + event.id() + "\"}")
                            .statusCode())
                    .isEqualTo(204);
        }
    }

    @Test
    void changesOfOtherServicesStayAway() {
        try (EventStream stream = EventStream.open(registry, "?service=quiet")) {
            stream.next(SnapshotEvent.NAME);
            register("loud", "a", 9003, "UP");
            register("quiet", "a", 9004, "UP");

            assertThat(stream.nextEvent().as(ChangeEvent.class).service()).isEqualTo("quiet");
        }
    }

    @Test
    void aDeregistrationIsARemovalWithItsReason() {
        String generation = register("leaving", "a", 9005, "UP");
        try (EventStream stream = EventStream.open(registry, "?service=leaving")) {
            stream.next(SnapshotEvent.NAME);
            registry.call("DELETE", "/v1/services/leaving/instances/a?generation=" + generation);

            assertThat(stream.nextEvent().as(ChangeEvent.class).removed())
                    .containsExactly(new ChangeEvent.Removal("a", "deregistered"));
        }
    }

    @Test
    void quietStreamsCarryCommentsThatMoveTheResumePosition() {
        try (EventStream stream = EventStream.open(registry, "?service=silent")) {
            stream.next(SnapshotEvent.NAME);
            register("elsewhere", "a", 9006, "UP");
            Position now = position();
            Event comment = stream.next(":");
            while (!Position.parse(comment.id()).covers(now)) {
                comment = stream.next(":");
            }
            assertThat(comment.data()).isEmpty();
        }
    }

    @Test
    void resumingSendsWhatWasMissedAndNothingElse() {
        Position before;
        // Changes of one moment are handed out together, so the first of them may come again with the second. Not
        // these.
        try (EventStream earlier = EventStream.open(registry, "?service=resumed")) {
            earlier.next(SnapshotEvent.NAME);
            register("resumed", "a", 9007, "UP");
            before = earlier.nextEvent().as(ChangeEvent.class).position();
            register("resumed", "b", 9008, "UP");
            assertThat(earlier.nextEvent().as(ChangeEvent.class).position().covers(before))
                    .isTrue();
        }
        register("unrelated", "a", 9009, "UP");

        try (EventStream stream = EventStream.open(
                registry, "?service=resumed&service=idle", Map.of(Headers.LAST_EVENT_ID, before.toString()))) {
            stream.next(WatcherEvent.NAME);
            ChangeEvent missed = stream.nextEvent().as(ChangeEvent.class);
            assertThat(missed.service()).isEqualTo("resumed");
            assertThat(missed.instances()).extracting(Instance::id).containsExactly("b");
            register("idle", "a", 9010, "UP");
            assertThat(stream.nextEvent().as(ChangeEvent.class).service()).isEqualTo("idle");
        }
    }

    @Test
    void foreignEpochsTheFutureAndNonsenseGetASnapshot() {
        register("foreign", "a", 9011, "UP");
        Position now = position();
        for (String lastEventId : new String[] {"1:1", now.epoch() + ":" + (now.index() + 1000), "nonsense", "0:0"}) {
            try (EventStream stream =
                    EventStream.open(registry, "?service=foreign", Map.of(Headers.LAST_EVENT_ID, lastEventId))) {
                assertThat(stream.status()).as(lastEventId).isEqualTo(200);
                stream.next(WatcherEvent.NAME);
                assertThat(stream.nextEvent().as(SnapshotEvent.class).snapshot().instances())
                        .as(lastEventId)
                        .hasSize(1);
            }
        }
    }

    @Test
    void servicesAreAddedAndRemovedInPlace() {
        register("added", "a", 9012, "UP");
        try (EventStream stream = EventStream.open(registry, "?service=kept&service=dropped")) {
            String watcher =
                    stream.next(WatcherEvent.NAME).as(WatcherEvent.class).watcher();
            stream.next(SnapshotEvent.NAME);
            stream.next(SnapshotEvent.NAME);
            assertThat(registry.call("PUT", "/v1/watch/" + watcher + "/services", "{\"services\":[\"kept\",\"added\"]}")
                            .statusCode())
                    .isEqualTo(204);
            SnapshotEvent snapshot = stream.nextEvent().as(SnapshotEvent.class);
            assertThat(snapshot.snapshot().service()).isEqualTo("added");

            register("dropped", "a", 9013, "UP");
            register("kept", "a", 9014, "UP");
            assertThat(stream.nextEvent().as(ChangeEvent.class).service()).isEqualTo("kept");
        }
    }

    @Test
    void whatAWarmingRegistrySaysIsSaidAgainWhenItIsWarm() {
        try (RunningRegistry cold = RunningRegistry.start(
                        "muster.server.ttl=8s", "muster.server.heartbeat=500ms", "muster.server.keep-alive=200ms");
                EventStream stream = EventStream.open(cold, "?service=any")) {
            assertThat(stream.next(WatcherEvent.NAME).as(WatcherEvent.class).warming())
                    .isTrue();
            assertThat(stream.next(SnapshotEvent.NAME).as(SnapshotEvent.class).warming())
                    .isTrue();
            assertThat(stream.next(SnapshotEvent.NAME).as(SnapshotEvent.class).warming())
                    .isFalse();
        }
    }

    @Test
    void aSilentInstanceIsPushedAsDownAndThenAsGone() {
        try (RunningRegistry quick = RunningRegistry.start(
                        "muster.server.ttl=3s", "muster.server.heartbeat=200ms", "muster.server.remove-after=3s");
                EventStream stream = EventStream.open(quick, "?service=mute")) {
            stream.next(SnapshotEvent.NAME);
            quick.call(
                    "PUT",
                    "/v1/services/mute/instances/a",
                    "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":1,\"status\":\"UP\"}");
            assertThat(status(stream.next(ChangeEvent.NAME))).isEqualTo("UP");
            assertThat(status(stream.next(ChangeEvent.NAME))).isEqualTo("DOWN");
            assertThat(stream.next(ChangeEvent.NAME).as(ChangeEvent.class).removed())
                    .extracting(ChangeEvent.Removal::id)
                    .containsExactly("a");
        }
    }

    @Test
    void aRegistryThatStopsClosesItsStreamsAsPlannedAndFast() {
        RunningRegistry stopping = RunningRegistry.start();
        try (EventStream stream = EventStream.open(stopping, "?service=any")) {
            stream.next(SnapshotEvent.NAME);
            long started = System.nanoTime();
            stopping.close();

            assertThat(stream.next(ClosingEvent.NAME).as(ClosingEvent.class).reason())
                    .isNotBlank();
            assertThat(stream.ended()).succeedsWithin(Duration.ofSeconds(20));
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started))
                    .as("milliseconds to stop with an open stream")
                    .isLessThan(20_000);
        }
    }

    @Test
    void badWishesAreRefusedBeforeTheStreamBegins() {
        assertThat(registry.call("GET", "/v1/watch?service=A_B").statusCode()).isEqualTo(400);
        assertThat(registry.call("GET", "/v1/watch?service=a&service=a").statusCode())
                .isEqualTo(400);
        assertThat(registry.call("GET", "/v1/watch?instance=a").body()).contains("\"field\":\"instance\"");
        assertThat(registry.call("GET", "/v1/watch?instance=a/b&generation=x").body())
                .contains("\"field\":\"generation\"");
    }

    private static String status(Event event) {
        return event.as(ChangeEvent.class).instances().get(0).status().name();
    }

    private static Position position() {
        return Position.parse(registry.call("GET", "/v1/services")
                .headers()
                .firstValue(Headers.POSITION)
                .orElseThrow());
    }

    private static String register(String service, String id, int port, String status) {
        return registry.call(
                        "PUT",
                        "/v1/services/" + service + "/instances/" + id,
                        "{\"process\":\"p-%s-%s\",\"host\":\"127.0.0.1\",\"port\":%d,\"status\":\"%s\"}"
                                .formatted(service, id, port, status))
                .body()
                .replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
    }
}
