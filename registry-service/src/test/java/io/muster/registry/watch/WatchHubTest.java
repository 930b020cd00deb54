package io.muster.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.ProblemException;
import io.muster.api.Registration;
import io.muster.api.ServiceHistory;
import io.muster.api.Subscription;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.engine.standalone.SettingsStore;
import io.muster.registry.engine.standalone.StandaloneConfig;
import io.muster.registry.engine.standalone.StandaloneEngine;
import io.muster.registry.health.CheckResult;
import io.muster.registry.health.HealthConfig;
import io.muster.registry.health.Prober;
import io.muster.registry.health.SilenceHold;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** What happens in between: the hub's thread held where two things meet. */
class WatchHubTest {
    private static final ServiceKey ORDERS = new ServiceKey("default", "orders");
    private static final InstanceKey INSTANCE = new InstanceKey(ORDERS, "a");
    private static final int MAX_WATCHERS = 10;
    private static final Pattern ID = Pattern.compile("\"watcher\":\"([0-9a-f]+)\"");

    private final ScheduledThreadPoolExecutor deadlines = new ScheduledThreadPoolExecutor(1);
    private final ScheduledThreadPoolExecutor hubs = new ScheduledThreadPoolExecutor(1);
    private final Engine engine = new StandaloneEngine(
            new StandaloneConfig(new HealthConfig(15_000_000_000L, 60_000_000_000L, 60_000_000_000L), 100, 100),
            5,
            new NobodyAnswers(),
            new SettingsStore(null, Runnable::run),
            System::nanoTime,
            InstantSource.system(),
            deadlines);
    private final ServiceEncoder encoder = new ServiceEncoder(engine.view());
    private final WatchHub hub = new WatchHub(
            engine,
            encoder,
            new WatchConfig(
                    Duration.ofMillis(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(15),
                    MAX_WATCHERS),
            System::nanoTime,
            hubs);

    @BeforeEach
    void start() {
        engine.start();
        hub.start();
    }

    @AfterEach
    void close() {
        hub.close();
        engine.close();
        hubs.shutdownNow();
        deadlines.shutdownNow();
    }

    @Test
    void aWatcherThatEndsWhileItsSubscriptionWaitsIsNotKept() throws Exception {
        CompletableFuture<String> id = new CompletableFuture<>();
        Disposable stream = open(id);
        String watcher = id.get(10, TimeUnit.SECONDS);
        CountDownLatch hold = hold();

        CompletableFuture<Void> before = hub.subscribe(watcher, new Subscription(List.of("orders")));
        stream.dispose();
        CompletableFuture<Void> after = hub.subscribe(watcher, new Subscription(List.of("orders")));
        hold.countDown();

        assertThat(before).succeedsWithin(Duration.ofSeconds(10));
        assertThatThrownBy(() -> after.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(ProblemException.class);
        register();
        afterTheHub();
        assertThat(hub.events()).isZero();
        assertThat(hub.watchers()).isZero();
    }

    @Test
    void theBytesOfAServiceGoWithItsLastInstance() throws Exception {
        Position generation = register();
        encoder.encode(ORDERS);
        assertThat(encoder.kept()).isEqualTo(1);

        engine.submit(List.of(new Command.Deregister(INSTANCE, generation, "x")))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        await().until(() -> encoder.kept() == 0);
    }

    @Test
    void theBytesOfAServiceThatEmptiesWhileTheyAreMadeAreNotKept() throws Exception {
        Position generation = register();
        View emptying = new EmptyingView(
                engine.view(),
                () -> engine.submit(List.of(new Command.Deregister(INSTANCE, generation, "x")))
                        .toCompletableFuture()
                        .join());
        ServiceEncoder racing = new ServiceEncoder(emptying);

        assertThat(new String(racing.encode(ORDERS).json(), StandardCharsets.UTF_8))
                .contains("\"id\":\"a\"");

        assertThat(racing.kept()).isZero();
    }

    @Test
    void whoGivesUpAndWhoIsAnsweredLeaveNothingBehind() throws Exception {
        hubs.setRemoveOnCancelPolicy(true);
        Duration minute = Duration.ofMinutes(1);
        Position generation = register();
        afterTheHub();
        for (int round = 0; round < 20; round++) {
            List<CompletableFuture<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                // The engine is warming: a drain waits its full time.
                waiting.add(hub.awaitAudience(ORDERS, index(), minute));
                waiting.add(hub.awaitChange(ORDERS, index(), minute, "owner", "c" + i));
            }
            assertThat(hubs.submit(hub::waiting).get(10, TimeUnit.SECONDS)).isEqualTo(10);

            waiting.forEach(one -> one.cancel(true));
            assertThat(hubs.submit(hub::waiting).get(10, TimeUnit.SECONDS)).isZero();
        }
        CompletableFuture<Void> answered = hub.awaitChange(ORDERS, index(), minute, "owner", "c");
        engine.submit(List.of(new Command.Deregister(INSTANCE, generation, "x")))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertThat(answered).succeedsWithin(Duration.ofSeconds(10));

        await().untilAsserted(
                        () -> assertThat(hubs.getQueue()).as("keep-alives").hasSizeLessThanOrEqualTo(1));
    }

    @Test
    void drainsThatWaitAreBounded() throws Exception {
        Position now = register();
        for (int i = 0; i < MAX_WATCHERS; i++) {
            assertThat(hub.awaitAudience(ORDERS, now, Duration.ofMinutes(1))).isNotDone();
        }

        assertThatThrownBy(() ->
                        hub.awaitAudience(ORDERS, now, Duration.ofMinutes(1)).get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ProblemException.class);
    }

    @Test
    void nobodySpeaksForTheClientOfAnother() throws Exception {
        Position generation = register();
        Position before = index();
        hub.awaitChange(ORDERS, before, Duration.ZERO, "victim", "c1").get(10, TimeUnit.SECONDS);
        engine.submit(List.of(
                        new Command.Patch(INSTANCE, generation, InstancePatch.status(InstanceStatus.DRAINING), "x")))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        Position draining = index();
        hub.awaitChange(ORDERS, draining, Duration.ZERO, "attacker", "c1").get(10, TimeUnit.SECONDS);
        assertThat(hub.leave("victim c1 " + ORDERS, namespace -> true).get(10, TimeUnit.SECONDS))
                .isFalse();

        assertThat(hub.awaitAudience(ORDERS, draining, Duration.ofMillis(10))
                        .get(10, TimeUnit.SECONDS)
                        .waiting())
                .singleElement()
                .satisfies(waiting -> assertThat(waiting.acknowledged()).isEqualTo(before));
    }

    @Test
    void oneWhoAsksForManyClientsDoesNotMakeThoseOfOthersForgotten() throws Exception {
        Position generation = register();
        Position before = index();
        hub.awaitChange(ORDERS, before, Duration.ZERO, "victim", "c1").get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 10 * MAX_WATCHERS; i++) {
            hub.awaitChange(ORDERS, before, Duration.ZERO, "attacker", "c" + i).get(10, TimeUnit.SECONDS);
        }
        engine.submit(List.of(
                        new Command.Patch(INSTANCE, generation, InstancePatch.status(InstanceStatus.DRAINING), "x")))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        assertThat(hub.awaitAudience(ORDERS, index(), Duration.ofMillis(10))
                        .get(10, TimeUnit.SECONDS)
                        .waiting())
                .hasSize(1 + MAX_WATCHERS / 2)
                .anySatisfy(waiting -> assertThat(waiting.watcher()).startsWith("c1 "));
    }

    /** Where the service is. */
    private Position index() {
        return new Position(
                engine.view().position().epoch(), engine.view().service(ORDERS).index());
    }

    private Disposable open(CompletableFuture<String> id) {
        WatchRequest request = new WatchRequest("default", new Subscription(List.of()), null, true, null, null);
        return hub.watch(request, () -> {}).concatMap(group -> group).subscribe(arrays -> {
            for (byte[] array : arrays) {
                Matcher found = ID.matcher(new String(array, StandardCharsets.UTF_8));
                if (found.find()) {
                    id.complete(found.group(1));
                }
            }
        });
    }

    private CountDownLatch hold() {
        CountDownLatch hold = new CountDownLatch(1);
        hubs.execute(() -> {
            try {
                hold.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return hold;
    }

    private Position register() throws Exception {
        Outcome outcome = engine.submit(List.of(new Command.Register(INSTANCE, Registration.of("p", "h", 1), "x")))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .get(0);
        return ((Outcome.Applied) outcome).generation();
    }

    /** Waits until the hub has done what it was told, its gathering of changes included. */
    private void afterTheHub() throws Exception {
        hubs.schedule(() -> {}, 50, TimeUnit.MILLISECONDS).get(10, TimeUnit.SECONDS);
    }

    /** Runs something between the reading of a service and the keeping of its bytes. */
    private record EmptyingView(View view, Runnable between) implements View {
        @Override
        public Position position() {
            between.run();
            return view.position();
        }

        @Override
        public ServiceState service(ServiceKey key) {
            return view.service(key);
        }

        @Override
        public List<ServiceState> services(String namespace) {
            return view.services(namespace);
        }

        @Override
        public Collection<ServiceState> services() {
            return view.services();
        }

        @Override
        public List<SilenceHold> holds() {
            return view.holds();
        }

        @Override
        public List<ServiceHistory.Entry> history(ServiceKey service) {
            return view.history(service);
        }

        @Override
        public List<Setting> settings() {
            return view.settings();
        }

        @Override
        public int size() {
            return view.size();
        }

        @Override
        public boolean warming() {
            return view.warming();
        }

        @Override
        public boolean stale() {
            return view.stale();
        }
    }

    private static final class NobodyAnswers implements Prober {
        @Override
        public CompletionStage<Finding> connect(InstanceRecord instance) {
            return CompletableFuture.completedFuture(Finding.SILENT);
        }

        @Override
        public CompletionStage<CheckResult> check(InstanceRecord instance) {
            return CompletableFuture.completedFuture(CheckResult.silent("nobody answers"));
        }

        @Override
        public CompletionStage<Finding> identify(InstanceRecord instance) {
            return CompletableFuture.completedFuture(Finding.SILENT);
        }
    }
}
