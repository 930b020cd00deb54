package io.muster.registry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.muster.api.InstancePatch;
import io.muster.api.InstanceReference;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.ServiceHistory.Entry;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.Outcome.Applied;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.health.Prober.Finding;
import io.muster.registry.health.SilenceHold;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every engine keeps. An engine's test extends this and says how to make one and how its time passes. */
public abstract class EngineContract extends OperatorContract {
    @Test
    void outcomesComeInOrderAndTheViewShowsThem() {
        List<Outcome> outcomes = await(engine.submit(List.of(register("a"), register("b"), register("a"))));

        assertThat(outcomes).hasSize(3).allMatch(Applied.class::isInstance);
        assertThat(outcomes.get(2))
                .isEqualTo(new Applied(((Applied) outcomes.get(0)).generation(), Outcome.Effect.UNCHANGED));
        assertThat(engine.view().service(ORDERS).instances())
                .extracting(record -> record.key().id())
                .containsExactly("a", "b");
        assertThat(engine.view().size()).isEqualTo(2);
        assertThat(engine.view().services("default")).hasSize(1);
        assertThat(engine.view().services("other")).isEmpty();
    }

    @Test
    void changesFollowAPositionWithoutGaps() {
        Position start = engine.view().position();
        generation("a");
        Position afterA = engine.view().position();
        generation("b");

        assertThat(engine.changes(start).changes()).hasSize(2);
        Changes sinceA = engine.changes(afterA);
        assertThat(sinceA.complete()).isTrue();
        assertThat(sinceA.changes())
                .singleElement()
                .satisfies(change -> assertThat(change.key().id()).isEqualTo("b"));
        assertThat(sinceA.upTo()).isEqualTo(engine.view().position());
        assertThat(engine.changes(sinceA.upTo()).changes()).isEmpty();
    }

    @Test
    void aForeignEpochTheFutureAndTheForgottenPastAreNotComplete() {
        Position start = engine.view().position();
        for (int i = 0; i <= REMEMBERED_CHANGES; i++) {
            generation("i" + i);
        }
        Position now = engine.view().position();

        assertThat(engine.changes(start).complete()).isFalse();
        assertThat(engine.changes(new Position(now.epoch(), now.index() + 1)).complete())
                .isFalse();
        assertThat(engine.changes(new Position(now.epoch() + 1, 1)).complete()).isFalse();
        assertThat(engine.changes(new Position(now.epoch(), start.index() + 1)).changes())
                .hasSize(REMEMBERED_CHANGES);
    }

    @Test
    void silenceForATtlIsDownAndASignOfLifeIsUpAgain() {
        Position generation = generation("a");
        pass(TTL.minusSeconds(1));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
        pass(Duration.ofSeconds(4));
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
        assertThat(find("a").reason()).contains("no heartbeat");

        assertThat(observe("a", generation)).isEmpty();
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void heartbeatsKeepAnInstanceUp() {
        Position generation = generation("a");
        for (int i = 0; i < 10; i++) {
            pass(TTL.dividedBy(3));
            assertThat(observe("a", generation)).isEmpty();
        }

        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void othersRenewNothingAndLearnNothing() {
        Position generation = generation("a");
        InstanceReference reference = new InstanceReference("default", "orders", "a", generation);

        assertThat(await(engine.observe(List.of(reference), "intruder"))).containsExactly(reference);
        assertThat(await(engine.submit(List.of(new Command.Deregister(key("a"), generation, "intruder")))))
                .containsExactly(new Outcome.NotOwner(key("a")));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void whatAnInstanceSaysOfItselfIsASignOfLife() {
        Position generation = generation("a");
        pass(TTL.plusSeconds(3));
        await(engine.submit(List.of(register("a"))));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);

        pass(TTL.minusSeconds(1));
        await(engine.submit(
                List.of(new Command.Patch(key("a"), generation, new InstancePatch(null, 5, null), "anonymous"))));
        pass(Duration.ofSeconds(4));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void anInstanceThatStaysDownIsRemoved() {
        generation("a");
        pass(TTL.plusSeconds(3));
        pass(REMOVE_AFTER.minusSeconds(2));
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
        pass(Duration.ofSeconds(4));

        assertThat(engine.view().size()).isZero();
    }

    @Test
    void heartbeatsOfUnknownOrStaleGenerationsAreReturned() {
        Position generation = generation("a");
        Position foreign = new Position(generation.epoch() + 1, generation.index());

        assertThat(observe("a", foreign)).hasSize(1);
        assertThat(observe("b", generation)).hasSize(1);
        assertThat(observe("a", generation)).isEmpty();
    }

    @Test
    void theTimeBeforeARegistryIsReachableIsNotPartOfItsWarming() {
        Engine starting = create();
        starting.start();
        pass(TTL.plusSeconds(3));
        assertThat(starting.view().warming()).isTrue();
        starting.reachable();
        pass(TTL.minusSeconds(1));
        assertThat(starting.view().warming()).isTrue();
        pass(Duration.ofSeconds(4));
        assertThat(starting.view().warming()).isFalse();
        starting.close();
    }

    @Test
    void aRegistryWarmsForOneTtl() {
        assertThat(engine.view().warming()).isTrue();
        pass(TTL.plusSeconds(3));
        assertThat(engine.view().warming()).isFalse();
    }

    @Test
    void everyChangeIsAnnounced() {
        AtomicInteger announced = new AtomicInteger();
        engine.onChange(announced::incrementAndGet);
        generation("a");
        assertThat(announced).hasValue(1);
        await(engine.submit(List.of(register("a"))));
        assertThat(announced).as("nothing changed").hasValue(1);
    }

    @Test
    void aClosedEngineRefusesCommandsAndGoesOnReading() {
        generation("a");
        engine.close();

        assertThat(engine.submit(List.of(register("b"))).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(EngineUnavailableException.class);
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void concurrentCommandsAreAllOrderedOnce() throws InterruptedException {
        int threads = 4;
        int each = 200;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            int thread = t;
            executor.execute(() -> {
                for (int i = 0; i < each; i++) {
                    await(engine.submit(List.of(register("t" + thread + "-" + i))));
                }
                done.countDown();
            });
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        executor.shutdown();

        assertThat(engine.view().size()).isEqualTo(threads * each);
        assertThat(engine.view().position().index()).isEqualTo((long) threads * each);
        assertThat(engine.view().service(ORDERS).instances())
                .extracting(InstanceRecord::generation)
                .doesNotHaveDuplicates();
    }

    @Test
    void oneThatRefusesConnectionsIsDownAtOnce() {
        Position generation = generation("a");
        prober.connections.put("a", Finding.REFUSED);

        suspect("a", generation);

        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
        assertThat(find("a").reason()).contains("refuses connections");
    }

    @Test
    void oneThatIsOnlySilentToAProbeStaysUntilItsTtl() {
        Position generation = generation("a");
        for (Finding finding : List.of(Finding.SILENT, Finding.ACCEPTED)) {
            prober.connections.put("a", finding);
            suspect("a", generation);
            assertThat(status("a")).isEqualTo(InstanceStatus.UP);
            pass(Duration.ofSeconds(2));
        }
        assertThat(prober.connected).hasSize(2);
    }

    @Test
    void aSuspicionOfAnotherGenerationIsNotLookedAt() {
        generation("a");
        suspect("a", new Position(5, 999));
        suspect("nobody", new Position(5, 1));

        assertThat(prober.connected).isEmpty();
    }

    @Test
    void oneThatRefusedIsUpAgainOnceItLivesAndAcceptsConnections() {
        Position generation = generation("a");
        prober.connections.put("a", Finding.REFUSED);
        suspect("a", generation);
        observe("a", generation);
        pass(Duration.ofSeconds(1));
        assertThat(status("a")).as("it lives, but refuses still").isEqualTo(InstanceStatus.DOWN);

        prober.connections.put("a", Finding.ACCEPTED);
        observe("a", generation);
        pass(Duration.ofSeconds(1));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void anIdentityBuysATtlTwice() {
        generation("a");
        prober.identities.put("a", Finding.CONFIRMED);
        pass(TTL.multipliedBy(3).minusSeconds(1));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
        pass(Duration.ofSeconds(4));
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
        assertThat(prober.identified).hasSize(2);
    }

    @Test
    void silentOnesThatRefuseAreDownWithoutBeingHeld() {
        for (InstanceReference instance : generations(4)) {
            prober.identities.put(instance.id(), Finding.REFUSED);
        }
        pass(TTL.plusSeconds(1));

        assertThat(down()).isEqualTo(4);
        assertThat(engine.view().holds()).isEmpty();
    }

    @Test
    void anOpenPortAloneBuysNothing() {
        generation("a");
        prober.identities.put("a", Finding.ACCEPTED);
        pass(TTL.plusSeconds(3));
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "2, 2, 0", "3, 3, 3", "3, 2, 0", "6, 1, 0", "6, 3, 3", "30, 27, 27", "30, 9, 0", "30, 10, 10"
    })
    void theSilenceOfManyHoldsBackTheirEviction(int all, int silent, int held) {
        List<InstanceReference> living = generations(all).subList(silent, all);
        for (int second = 0; second < 2 * TTL.toSeconds(); second += 5) {
            pass(Duration.ofSeconds(5));
            await(engine.observe(living, "anonymous"));
        }

        assertThat(down()).isEqualTo(silent - held);
        assertThat(engine.view().holds())
                .extracting(SilenceHold::silent)
                .isEqualTo(held == 0 ? List.of() : List.of(held));
    }

    @Test
    void aHoldEndsByHeartbeats() {
        List<InstanceReference> all = generations(4);
        pass(TTL.plusSeconds(3));
        assertThat(engine.view().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.namespace()).isEqualTo("default");
            assertThat(hold.of()).isEqualTo(4);
        });
        await(engine.observe(all.subList(0, 3), "anonymous"));
        pass(Duration.ofSeconds(1));

        assertThat(engine.view().holds()).isEmpty();
        assertThat(down()).as("the one that is silent still").isEqualTo(1);
    }

    @Test
    void aHoldEndsByAnOperator() {
        generations(4);
        pass(TTL.plusSeconds(3));
        assertThat(down()).isZero();
        assertThat(await(engine.agreeToSilence("elsewhere"))).isFalse();
        assertThat(await(engine.agreeToSilence("default"))).isTrue();
        pass(Duration.ofSeconds(1));

        assertThat(down()).isEqualTo(4);
        assertThat(engine.view().holds()).isEmpty();
        assertThat(await(engine.agreeToSilence("default"))).isFalse();
    }

    @Test
    void aHoldEndsByItsLimit() {
        generations(4);
        pass(SILENCE_HOLD);
        assertThat(down()).isZero();
        pass(TTL.plusSeconds(3));
        assertThat(down()).isEqualTo(4);
    }

    @Test
    void thoseThatRefuseAreNotHeldBack() {
        for (InstanceReference instance : generations(4)) {
            prober.connections.put(instance.id(), Finding.REFUSED);
            engine.suspect(List.of(instance));
        }

        assertThat(down()).isEqualTo(4);
        assertThat(engine.view().holds()).isEmpty();
    }

    @Test
    void theHistorySaysWhatHappenedAndWhy() {
        Position generation = generation("a");
        prober.connections.put("a", Finding.REFUSED);
        suspect("a", generation);
        await(engine.submit(List.of(new Command.Deregister(key("a"), generation, "anonymous"))));

        assertThat(engine.view().history(ORDERS))
                .extracting(Entry::id, Entry::from, Entry::to, Entry::source, Entry::reason, Entry::at)
                .containsExactly(
                        tuple("a", InstanceStatus.DOWN, null, "INSTANCE", "deregistered", WHEN.toString()),
                        tuple(
                                "a",
                                InstanceStatus.UP,
                                InstanceStatus.DOWN,
                                "CHECKS",
                                "refuses connections",
                                WHEN.toString()),
                        tuple("a", null, InstanceStatus.UP, "INSTANCE", "registered", WHEN.toString()));
        assertThat(engine.view().history(new ServiceKey("default", "unheard-of")))
                .isEmpty();
    }

    @Test
    void theHistoryOfAServiceIsBounded() {
        for (int i = 0; i < 200; i++) {
            generation("i" + i);
        }

        assertThat(engine.view().history(ORDERS))
                .hasSize(50)
                .first()
                .satisfies(entry -> assertThat(entry.id()).isEqualTo("i199"));
    }
}
