package io.muster.client;

import static io.muster.client.ScriptedRegistry.HANG;
import static io.muster.client.ScriptedRegistry.registered;
import static io.muster.client.ScriptedStream.fast;
import static io.muster.client.ScriptedStream.impatient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.Registered;
import io.muster.api.Registration;
import io.muster.client.RegistrationState.Phase;
import io.muster.client.ScriptedRegistry.Answer;
import io.muster.client.ScriptedRegistry.Request;
import io.muster.client.ScriptedRegistry.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Registrations against a server that a test drives. */
@Timeout(60)
class InstanceRegistrationTest {
    private static final Registration SELF = Registration.of("p-1", "127.0.0.1", 8080);

    private final ScriptedRegistry registry = new ScriptedRegistry();
    private final RegistryClient client = RegistryClient.create(fast(registry.url()));
    private final InstanceRegistration registration = client.register("orders", "o-1", SELF);

    @AfterEach
    void close() {
        client.close();
        registry.close();
    }

    @Test
    void registersTellsChangesAndDeregisters() throws Exception {
        assertThat(registration.state().phase()).isEqualTo(Phase.NEW);
        Registered answer = registration.start().get(10, TimeUnit.SECONDS);
        assertThat(answer.generation()).isEqualTo(new Position(1, 7));
        assertThat(registration.current()).contains(answer);
        assertThat(registration.state().phase()).isEqualTo(Phase.REGISTERED);
        Request put =
                registry.requests("PUT", "/v1/services/orders/instances/o-1").get(0);
        assertThat(put.query()).isEqualTo("namespace=default");
        assertThat(put.body()).contains("\"process\":\"p-1\"", "\"status\":\"STARTING\"");

        registration.status(InstanceStatus.UP);
        await().until(() -> registry.requests("PATCH", "/instances/o-1").size() == 1);
        Request patch = registry.requests("PATCH", "").get(0);
        assertThat(patch.query()).isEqualTo("namespace=default&generation=1:7");
        assertThat(patch.body()).isEqualTo("{\"status\":\"UP\"}");
        registration.status(InstanceStatus.UP);

        registration.stop().get(10, TimeUnit.SECONDS);
        assertThat(registry.requests("DELETE", "/instances/o-1")).hasSize(1);
        assertThat(registry.requests("DELETE", "").get(0).query()).endsWith("&generation=1:7");
        assertThat(registry.requests("PATCH", "")).hasSize(1);
        assertThat(registration.state().phase()).isEqualTo(Phase.STOPPED);
        assertThat(registration.current()).isEmpty();
    }

    @Test
    void registersWithWhatWasSaidBeforeTheStart() throws Exception {
        registration.update(new InstancePatch(InstanceStatus.UP, 5, null));
        registration.update(new InstancePatch(null, null, Map.of("a", "b")));
        registration.start().get(10, TimeUnit.SECONDS);
        assertThat(registry.requests("PUT", "/instances/").get(0).body())
                .contains("\"status\":\"UP\"", "\"weight\":5", "\"a\":\"b\"");
        assertThat(registration.start()).isCompleted();
        assertThat(registry.requests("PUT", "/instances/")).hasSize(1);
    }

    @Test
    void throwsWhatTheSupplierThrowsAndCanBeStartedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        InstanceRegistration late = client.register("orders", "o-2", () -> {
            if (asked.getAndIncrement() == 0) {
                throw new IllegalStateException("no port yet");
            }
            return SELF;
        });
        assertThatThrownBy(late::start).hasMessage("no port yet");
        late.start().get(10, TimeUnit.SECONDS);
    }

    @Test
    void renewsAllRegistrationsOfAClientWithOneCall() throws Exception {
        registry.script(
                request -> request.is("PUT", "/instances/") ? registered("1:7", 100) : ScriptedRegistry.usual(request));
        CompletableFuture.allOf(
                        registration.start(),
                        client.register("orders", "o-2", SELF).start(),
                        client.register("other", "x", SELF).start())
                .get(10, TimeUnit.SECONDS);
        await().until(() -> registry.requests("POST", "/v1/heartbeats").size() >= 5);
        List<Request> beats = registry.requests("POST", "/v1/heartbeats");
        assertThat(beats.get(beats.size() - 1).body())
                .contains("\"id\":\"o-1\"", "\"id\":\"o-2\"", "\"service\":\"other\"");
        long now = System.nanoTime();
        await().until(() -> {
            Duration age = registration.state().sinceRenewal();
            return age != null && System.nanoTime() - age.toNanos() > now;
        });
    }

    @Test
    void registersAgainWhenTheRegistryForgotIt() throws Exception {
        AtomicBoolean forgot = new AtomicBoolean();
        registry.script(request -> {
            if (request.is("PUT", "/instances/")) {
                return registered(forgot.get() ? "2:3" : "1:7", 100);
            }
            if (request.is("PATCH", "/instances/")) {
                return registered("1:7", 100);
            }
            if (request.is("POST", "/v1/heartbeats") && request.body().contains("1:7") && forgot.get()) {
                return Answer.json(200, "{\"unknown\":" + request.body().split(":", 2)[1]);
            }
            return ScriptedRegistry.usual(request);
        });
        registration.start().get(10, TimeUnit.SECONDS);
        registration.status(InstanceStatus.UP);
        await().until(() -> registry.requests("PATCH", "").size() == 1);
        forgot.set(true);
        await().until(() -> registration
                .current()
                .map(Registered::generation)
                .filter(new Position(2, 3)::equals)
                .isPresent());
        List<Request> puts = registry.requests("PUT", "/instances/");
        assertThat(puts).hasSize(2);
        assertThat(puts.get(1).body()).contains("\"process\":\"p-1\"", "\"status\":\"UP\"");
    }

    @Test
    void keepsThePaceOfTheRegistryWhenAllWereForgotten() throws Exception {
        AtomicBoolean forgot = new AtomicBoolean();
        registry.script(request -> {
            if (request.path().contains("/instances/")) {
                return registered("1:7", 100);
            }
            return request.is("POST", "/v1/heartbeats") && forgot.compareAndSet(false, true)
                    ? Answer.json(200, "{\"unknown\":" + request.body().split(":", 2)[1])
                    : ScriptedRegistry.usual(request);
        });
        registration.start().get(10, TimeUnit.SECONDS);
        // At the pace of one that does not know the registry's, it were more than half a minute.
        await().atMost(Duration.ofSeconds(30))
                .until(() -> registry.requests("POST", "/v1/heartbeats").size() >= 10);
        assertThat(registry.requests("PUT", "/instances/")).hasSize(2);
    }

    @Test
    void registersAgainWhenAChangeMeetsAnotherGeneration() throws Exception {
        registry.script(request -> request.is("PATCH", "") ? Answer.of(409) : ScriptedRegistry.usual(request));
        registration.start().get(10, TimeUnit.SECONDS);
        registration.status(InstanceStatus.UP);
        await().until(() -> registry.requests("PUT", "/instances/").size() == 2);
        assertThat(registry.requests("PUT", "/instances/").get(1).body()).contains("\"status\":\"UP\"");
    }

    @Test
    void triesUntilTheRegistryTakesItAndWaitsAsLongAsItAsks() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        List<String> problems = new CopyOnWriteArrayList<>();
        CompletableFuture<InstanceRegistration> late = new CompletableFuture<>();
        registry.script(request -> {
            if (!request.is("PUT", "/instances/")) {
                return ScriptedRegistry.usual(request);
            }
            problems.add(late.join().state().problem());
            return switch (asked.getAndIncrement()) {
                case 0 -> Answer.json(400, "{\"title\":\"Invalid field\",\"status\":400,\"detail\":\"no\"}");
                case 1 -> Answer.json(200, "no json");
                case 2 -> HANG;
                case 3 -> new Answer(503, Map.of("Retry-After", "1"), "");
                default -> registered("1:7", 60_000);
            };
        });
        try (RegistryClient impatient = RegistryClient.create(impatient(registry.url()))) {
            InstanceRegistration trying = impatient.register("orders", "o-1", SELF);
            late.complete(trying);
            long before = System.nanoTime();
            trying.start().get(30, TimeUnit.SECONDS);
            assertThat(asked).hasValue(5);
            assertThat(problems.get(0)).isEmpty();
            assertThat(problems.get(1)).contains("Invalid field");
            assertThat(problems.subList(2, 5)).doesNotContain("");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(3990));
            assertThat(trying.state().problem()).isEmpty();
        }
    }

    @Test
    void tellsOnlyTheNewestOfTheChangesThatWaited() throws Exception {
        registry.script(request -> request.is("PATCH", "") && !request.body().contains("DRAINING")
                ? Answer.of(503)
                : ScriptedRegistry.usual(request));
        registration.start().get(10, TimeUnit.SECONDS);
        registration.status(InstanceStatus.UP);
        await().until(() -> registry.requests("PATCH", "").size() >= 2);
        registration.update(new InstancePatch(null, 7, null));
        registration.status(InstanceStatus.DRAINING);
        await().until(() -> registry.requests("PATCH", "").stream()
                .anyMatch(request -> request.body().equals("{\"status\":\"DRAINING\",\"weight\":7}")));
        int told = registry.requests("PATCH", "").size();
        registration.stop().get(10, TimeUnit.SECONDS);
        assertThat(registry.requests("PATCH", "")).hasSize(told);
    }

    @Test
    void leavesNothingBehindWhenStoppedWhileItRegisters() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        registry.script(request -> {
            if (request.is("PUT", "/instances/")) {
                asked.countDown();
                mayAnswer.await();
            }
            return ScriptedRegistry.usual(request);
        });
        CompletableFuture<Registered> first = registration.start();
        asked.await();
        CompletableFuture<Void> stopped = registration.stop();
        assertThat(stopped).isNotDone();
        mayAnswer.countDown();
        stopped.get(10, TimeUnit.SECONDS);
        assertThat(registry.requests("DELETE", "/instances/o-1")).hasSize(1);
        assertThat(first).isCompletedExceptionally();
    }

    @Test
    void looksForARegistrationOfWhichNoAnswerCameBeforeItLeaves() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        registry.script(request -> request.is("PUT", "/instances/") && asked.getAndIncrement() < 2
                ? Answer.of(99)
                : ScriptedRegistry.usual(request));
        ClientConfig slow = new ClientConfig(
                List.of(registry.url()),
                "default",
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Duration.ofSeconds(30));
        try (RegistryClient patient = RegistryClient.create(slow)) {
            InstanceRegistration lost = patient.register("orders", "o-9", SELF);
            CompletableFuture<Registered> answer = lost.start();
            await().until(() -> !lost.state().problem().isEmpty());
            lost.stop().get(10, TimeUnit.SECONDS);
            assertThat(answer).isCompletedExceptionally();
            // A stop that takes long is over for its caller before it is.
            await().until(() -> !registry.requests("DELETE", "/instances/o-9").isEmpty());
        }
        assertThat(registry.requests("PUT", "/instances/o-9").get(2).body()).contains("DRAINING");
        assertThat(registry.requests("DELETE", "/instances/o-9")).hasSize(1);
    }

    @Test
    void stopsWithinItsBoundWhenTheRegistryHangs() throws Exception {
        registration.start().get(10, TimeUnit.SECONDS);
        registry.script(request -> HANG);
        long before = System.nanoTime();
        registration.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .as("its own bound of 2 s, not the 20 s of a call")
                .isLessThan(Duration.ofSeconds(12));
        registration.close();
    }

    @Test
    void stopsAtOnceWhenTheRegistryIsAway() throws Exception {
        List<InstanceRegistration> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(client.register("orders", "gone-" + i, SELF));
            all.get(i).start().get(10, TimeUnit.SECONDS);
        }
        registry.close();
        Duration fastest = Duration.ofMinutes(1);
        for (InstanceRegistration each : all) {
            long before = System.nanoTime();
            each.stop().get(10, TimeUnit.SECONDS);
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            fastest = took.compareTo(fastest) < 0 ? took : fastest;
        }
        // A machine that is busy makes some of them long, never all.
        assertThat(fastest).as("the shortest of five times").isLessThan(Duration.ofMillis(1900));
    }

    @Test
    void stopsWithoutAWordWhenItNeverStarted() throws Exception {
        registration.stop().get(10, TimeUnit.SECONDS);
        assertThat(registry.requests("DELETE", "")).isEmpty();
        assertThatThrownBy(registration::start).isInstanceOf(IllegalStateException.class);
        registration.status(InstanceStatus.UP);
    }

    @Test
    void isDeregisteredWhenTheClientCloses() throws Exception {
        registration.start().get(10, TimeUnit.SECONDS);
        client.close();
        assertThat(registry.requests("DELETE", "/instances/o-1")).hasSize(1);
        registration.stop().get(10, TimeUnit.SECONDS);
    }

    @Test
    void checksAtOnceWhenTheStreamShowsANewEpoch() throws Exception {
        client.start();
        Stream first = registry.nextStream().watcher("w1", "1:0");
        registration.start().get(10, TimeUnit.SECONDS);
        Stream named = registry.nextStream().watcher("w2", "1:7");
        await().until(() -> !registry.requests("POST", "/v1/heartbeats").isEmpty());
        int before = registry.requests("POST", "/v1/heartbeats").size();
        named.cut();
        first.cut();
        registry.nextStream().watcher("w3", "2:0");
        // The registry asked for one each minute.
        await().atMost(Duration.ofSeconds(20))
                .until(() -> registry.requests("POST", "/v1/heartbeats").size() > before);
    }

    @Test
    void namesItsGenerationWithTheStream() throws Exception {
        client.start();
        Stream first = registry.nextStream();
        assertThat(first.request().query()).isEqualTo("ack=true&namespace=default");
        first.watcher("w1", "1:0");
        await().until(() -> client.state().connected());
        registration.start().get(10, TimeUnit.SECONDS);
        Stream second = registry.nextStream();
        assertThat(second.request().query())
                .isEqualTo("ack=true&namespace=default&instance=orders/o-1&generation=1:7&former=w1");
        second.watcher("w2", "1:7");
        assertThat(client.state().connected()).isTrue();
        assertThat(client.state().reconnects()).isZero();
        client.register("orders", "o-2", SELF).start().get(10, TimeUnit.SECONDS);
        registration.stop().get(10, TimeUnit.SECONDS);
        assertThat(registry.nextStream().request().query()).contains("instance=orders/o-2&generation=1:7");
    }

    @Test
    void tellsOfALostStreamThatIsOpenedAgainForARegistration() throws Exception {
        client.start();
        Stream lost = registry.nextStream().watcher("w1", "1:0");
        await().until(() -> client.state().connected());
        lost.cut();
        registry.nextStream();
        assertThat(client.state().connected()).isFalse();
        registration.start().get(10, TimeUnit.SECONDS);
        registry.nextStream().watcher("w3", "1:7");
        await().until(() -> client.state().connected());
        assertThat(client.state().reconnects()).isOne();
    }

    @Test
    void opensTheStreamWithoutARegistrationThatTheRegistryRefuses() throws Exception {
        registry.script(
                request -> request.is("GET", "/v1/watch") && request.query().contains("generation=1:7")
                        ? Answer.of(409)
                        : ScriptedRegistry.usual(request));
        registration.start().get(10, TimeUnit.SECONDS);
        client.start();
        assertThat(registry.nextStream().request().query()).doesNotContain("instance=");
    }

    @Test
    void registersWithTheNextRegistryWhenOneIsAway() throws Exception {
        try (ScriptedRegistry other = new ScriptedRegistry();
                RegistryClient both = RegistryClient.create(fast(registry.url(), other.url()))) {
            registry.close();
            both.register("orders", "o-1", SELF).start().get(10, TimeUnit.SECONDS);
            assertThat(other.requests("PUT", "/instances/o-1")).hasSize(1);
        }
    }
}
