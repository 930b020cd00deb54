package io.muster.lease.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Grant;
import io.muster.lease.guard.InMemoryFence;
import io.muster.lease.store.InMemoryLeaseStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class FenceGateTest {
    private static final Duration IDLE = Duration.ofSeconds(7);
    private static final List<FenceRule> LEDGER = List.of(new FenceRule("ledger", Set.of("night", "day")));

    private final WatchedStore store = new WatchedStore(new InMemoryLeaseStore());
    private final InMemoryFence fence = new InMemoryFence();
    private final FenceGate gate = gate(Duration.ofMinutes(1));

    private FenceGate gate(Duration timeout) {
        return new FenceGate(fence, fence::seen, store, timeout, IDLE);
    }

    @Test
    void aTokenIsCheckedWithTheStoreOnceAndKnownThen() {
        long token = grant("night");
        assertThat(admit("night", token))
                .isEqualTo(new Admission.Admitted(List.of(new CheckedToken("ledger", token, IDLE))));
        assertThat(fence.seen("ledger")).isEqualTo(token);
        assertThat(store.inspections()).isEqualTo(1);
        assertThat(admit("night", token)).isInstanceOf(Admission.Admitted.class);
        assertThat(store.inspections()).isEqualTo(1);
    }

    @Test
    void anOlderTokenAndAForgedOneGetTheSameAnswerAndRaiseNothing() {
        long first = grant("night");
        long second = grant("night");
        assertThat(status(admit("night", first)))
                .as("granted once, but not last")
                .isEqualTo(409);
        assertThat(fence.seen("ledger")).isZero();
        assertThat(status(admit("night", second))).isEqualTo(200);

        Admission stale = admit("night", first);
        assertThat(status(stale)).isEqualTo(409);
        assertThat(admit("night", second + 1)).isEqualTo(stale);
        assertThat(admit("night", LeaseStore.MAX_TOKEN)).isEqualTo(stale);
        assertThat(((Admission.Refused) stale).problem().json()).doesNotContain(String.valueOf(second));
        assertThat(fence.seen("ledger")).isEqualTo(second);
        assertThat(status(admit("night", second))).isEqualTo(200);
    }

    @Test
    void aTokenOfALeaseThatIsNotTheResourcesIsNone() {
        long other = grant("other");
        assertThat(status(admit("other", other))).isEqualTo(428);
        assertThat(status(gate.admit(List.of(), LEDGER))).isEqualTo(428);
        assertThat(status(admit("day", other))).as("of a lease never granted").isEqualTo(409);
        long day = grant("day");
        assertThat(status(gate.admit(List.of("other;t=" + other, "day;t=" + day), LEDGER)))
                .isEqualTo(200);
        assertThat(status(gate.admit(List.of("day;t=x"), LEDGER))).isEqualTo(400);
    }

    @Test
    void whatIsKnownGoesOnWithoutTheStore() {
        long token = grant("night");
        assertThat(status(admit("night", token))).isEqualTo(200);
        store.breakDown();
        assertThat(status(admit("night", token))).isEqualTo(200);
        assertThat(status(admit("night", token - 1))).isEqualTo(409);
        long next = grant("night");
        assertThat(status(admit("night", next))).isEqualTo(503);
        assertThat(fence.seen("ledger")).isEqualTo(token);
        store.answer();
        assertThat(status(admit("night", next))).isEqualTo(200);
    }

    @Test
    void nobodyWaitsForLongForAStoreThatHangs() {
        long token = grant("night");
        store.holdBack();
        FenceGate impatient = gate(Duration.ofMillis(20));
        String header = "night;t=" + token;
        assertThat(status(impatient.admit(List.of(header), LEDGER))).isEqualTo(503);
        assertThat(status(
                        impatient.admit(List.of(header), LEDGER, Runnable::run).join()))
                .isEqualTo(503);
        assertThat(store.inspections())
                .as("it is asked no second time before it answers")
                .isEqualTo(1);
        assertThat(fence.seen("ledger")).isZero();
    }

    @Test
    void aFloodOfForgedTokensCostsTheStoreTwoQuestionsAndFewWaiters() throws Exception {
        long token = grant("night");
        store.holdBack();
        List<CompletableFuture<Admission>> forged = new ArrayList<>();
        for (int i = 1; i < 10_000; i++) {
            forged.add(gate.admit(List.of("night;t=" + (token + i)), LEDGER, Runnable::run));
        }
        assertThat(store.inspections()).isEqualTo(1);
        assertThat(forged.stream().filter(answer -> !answer.isDone())).hasSize(GrantLookup.MAX_WAITING);
        assertThat(forged.stream().filter(CompletableFuture::isDone).map(answer -> status(answer.join())))
                .containsOnly(503);
        store.answer();
        for (CompletableFuture<Admission> answer : forged) {
            assertThat(status(answer.get(60, TimeUnit.SECONDS))).isIn(409, 503);
        }
        assertThat(store.inspections()).isEqualTo(2);
        assertThat(status(admit("night", token))).isEqualTo(200);
    }

    @Test
    void aGrantThatIsNewerThanTheQuestionUnderWayGetsAQuestionOfItsOwn() {
        long first = grant("night");
        store.holdBack();
        CompletableFuture<Admission> forged = gate.admit(List.of("night;t=" + (first + 5)), LEDGER, Runnable::run);
        long second = grant("night");
        CompletableFuture<Admission> fresh = gate.admit(List.of("night;t=" + second), LEDGER, Runnable::run);
        store.answer();
        assertThat(status(forged.join())).isEqualTo(409);
        assertThat(status(fresh.join())).isEqualTo(200);
    }

    @Test
    void fewLeasesAreAskedAboutAtATime() {
        List<CompletableFuture<Admission>> answers = new ArrayList<>();
        store.holdBack();
        for (int i = 0; i < 20; i++) {
            List<FenceRule> rule = List.of(new FenceRule("r" + i, Set.of("l" + i)));
            answers.add(gate.admit(List.of("l" + i + ";t=" + grant("l" + i)), rule, Runnable::run));
        }
        assertThat(store.inspections()).isEqualTo(GrantLookup.MAX_UNDER_WAY);
        store.answer();
        assertThat(answers)
                .allSatisfy(answer -> assertThat(status(answer.join())).isEqualTo(200));
    }

    @Test
    void eachResourceIsCheckedAndOneRefusalSuffices() {
        List<FenceRule> both =
                List.of(new FenceRule("accounts", Set.of("night")), new FenceRule("ledger", Set.of("day")));
        long night = grant("night");
        long day = grant("day");
        assertThat(status(gate.admit(List.of("night;t=" + night), both))).isEqualTo(428);
        assertThat(fence.seen("accounts"))
                .as("nothing is raised when something is missing")
                .isZero();
        assertThat(status(gate.admit(List.of("night;t=" + night + ",day;t=" + (day + 1)), both)))
                .isEqualTo(409);
        assertThat(gate.admit(List.of("day;t=" + day + ", night;t=" + night), both))
                .isEqualTo(new Admission.Admitted(
                        List.of(new CheckedToken("accounts", night, IDLE), new CheckedToken("ledger", day, IDLE))));
    }

    @Test
    void aFenceThatFailsAdmitsNobody() {
        FenceGate broken = new FenceGate(
                (resource, token) -> {
                    throw new IllegalStateException("read-only");
                },
                fence::seen,
                store,
                Duration.ofSeconds(10),
                IDLE);
        assertThat(status(broken.admit(List.of("night;t=" + grant("night")), LEDGER)))
                .isEqualTo(503);
    }

    @Test
    void aProblemIsWrittenInAsciiWhateverIsNamed() {
        assertThat(FenceProblem.stale("a\"\\é\n").json())
                .contains("a\\\"\\\\\\u00e9\\u000a")
                .startsWith("{\"type\":\"urn:muster:problem:stale-fence\",")
                .endsWith("}");
    }

    private Admission admit(String lease, long token) {
        Admission blocking = gate.admit(List.of(lease + ";t=" + token), LEDGER);
        assertThat(gate.admit(List.of(lease + ";t=" + token), LEDGER, Runnable::run)
                        .join())
                .isEqualTo(blocking);
        return blocking;
    }

    private static int status(Admission admission) {
        return admission instanceof Admission.Refused refused
                ? refused.problem().status()
                : 200;
    }

    /** Takes a lease from whoever has it. */
    private long grant(String lease) {
        store.forceRelease(lease).toCompletableFuture().join();
        Grant grant = store.acquire(new AcquireRequest(lease, "test", UUID.randomUUID(), Duration.ofMinutes(1), null))
                .toCompletableFuture()
                .join();
        return ((Grant.Granted) grant).key().token();
    }
}
