package io.muster.quorum.history;

import static io.muster.quorum.history.HistoryScript.done;
import static io.muster.quorum.history.HistoryScript.free;
import static io.muster.quorum.history.HistoryScript.gone;
import static io.muster.quorum.history.HistoryScript.granted;
import static io.muster.quorum.history.HistoryScript.heldBy;
import static io.muster.quorum.history.HistoryScript.refused;
import static io.muster.quorum.history.HistoryScript.unknown;
import static io.muster.quorum.history.HistoryScript.usedUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LeaseHistoryTest {
    private static final LinearizabilityChecker CHECKER = new LinearizabilityChecker(100_000);

    private static HistoryScript history() {
        return new HistoryScript();
    }

    static Stream<Arguments> right() {
        return Stream.of(
                arguments("nothing", history()),
                arguments(
                        "one after the other",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .renew(20, 30, 1, done())
                                .release(40, 50, 1, done())
                                .acquire(60, 70, "b", granted(2))),
                arguments(
                        "two ask at once and one gets it",
                        history().acquire(0, 10, "a", heldBy("b", 5)).acquire(0, 10, "b", granted(5))),
                arguments(
                        "the second grant returns first",
                        history()
                                .acquire(0, 100, "a", granted(1))
                                .release(10, 100, 1, done())
                                .acquire(20, 60, "b", granted(2))),
                arguments(
                        "a lease expires after its ttl",
                        history().acquire(0, 10, "a", granted(1)).acquire(1000, 1001, "b", granted(2))),
                arguments(
                        "an expiry is seen by a call that began before it",
                        history().acquire(0, 10, "a", granted(1)).acquire(500, 1000, "b", granted(2))),
                arguments(
                        "a lease that nobody renews lasts as long as the store likes",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .acquire(9000, 9001, "b", heldBy("a"))
                                .renew(9002, 9003, 1, done())),
                arguments(
                        "a renewal moves the expiry",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .renew(900, 910, 1, done())
                                .acquire(1500, 1510, "b", heldBy("a", 1))
                                .acquire(1900, 1910, "b", "b-2", granted(2))
                                .renew(1920, 1930, 1, gone())),
                arguments(
                        "the same request again gets the same grant",
                        history()
                                .acquire(0, 10, "a", "x", granted(7))
                                .acquire(20, 30, "a", "x", granted(7))
                                .acquire(40, 50, "a", "y", heldBy("a", 7))),
                arguments(
                        "a repeated request extends nothing",
                        history()
                                .acquire(0, 10, "a", "x", granted(7))
                                .acquire(900, 910, "a", "x", granted(7))
                                .acquire(1000, 1010, "b", granted(8))),
                arguments(
                        "a request whose grant is over is used up until another grant followed",
                        history()
                                .acquire(0, 10, "a", "x", granted(1))
                                .release(20, 30, 1, done())
                                .acquire(40, 50, "a", "x", usedUp())
                                .acquire(60, 70, "b", granted(2))
                                .release(80, 90, 2, done())
                                .acquire(91, 92, "a", "x", granted(3))),
                arguments(
                        "a request whose answer was lost is repeated",
                        history()
                                .acquire(0, 10, "a", "x", unknown())
                                .acquire(20, 30, "b", heldBy("a"))
                                .acquire(40, 50, "a", "x", granted(7))),
                arguments(
                        "a request whose answer was lost takes place much later",
                        history()
                                .acquire(0, 10, "a", unknown())
                                .acquire(20, 30, "b", granted(1))
                                .release(40, 50, 1, done())
                                .acquire(60, 70, "c", heldBy("a", 9))),
                arguments(
                        "a release whose answer was lost took place",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .release(20, 30, 1, unknown())
                                .acquire(40, 50, "b", granted(2))),
                arguments(
                        "a release whose answer was lost never took place",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .release(20, 30, 1, unknown())
                                .renew(40, 50, 1, done())),
                arguments(
                        "a renewal whose answer was lost may or may not count",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .renew(900, 910, 1, unknown())
                                .acquire(1000, 1010, "b", granted(2))),
                arguments(
                        "what was refused never took place",
                        history().acquire(0, 10, "a", refused()).acquire(20, 30, "b", granted(1))),
                arguments(
                        "a token between two grants went to nobody we know",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .release(20, 30, 1, done())
                                .acquire(60, 70, "b", granted(100))),
                arguments(
                        "inspections between the changes",
                        history()
                                .inspect(0, 10, free())
                                .acquire(20, 60, "a", granted(3))
                                .inspect(30, 50, heldBy("a", 3))
                                .inspect(30, 40, free())
                                .release(70, 80, 3, done())
                                .inspect(90, 95, free())),
                arguments(
                        "an operator takes the lease away",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .force(20, 30, done())
                                .renew(40, 50, 1, gone())
                                .release(60, 70, 1, gone())
                                .force(71, 72, free())
                                .acquire(80, 90, "b", granted(2))),
                arguments(
                        "an unseen grant lies between two seen ones",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .acquire(1000, 1010, "b", unknown())
                                .acquire(1020, 1030, "c", heldBy("b", 2))
                                .acquire(2010, 2020, "c", "c-2", granted(3))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("right")
    void acceptsWhatAStoreMayDo(String what, HistoryScript history) {
        assertThat(CHECKER.lease(history.operations(), 0)).as(what).matches(Verdict::linearizable, "is linearizable");
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                arguments(
                        "two hold it at once",
                        history().acquire(0, 10, "a", granted(1)).acquire(20, 30, "b", granted(2))),
                arguments(
                        "two that ask at once both get it",
                        history().acquire(0, 10, "a", granted(1)).acquire(0, 10, "b", granted(2))),
                arguments(
                        "a grant that expired too early",
                        history().acquire(0, 10, "a", granted(1)).acquire(980, 999, "b", granted(2))),
                arguments(
                        "a renewal that did not move the expiry",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .renew(900, 910, 1, done())
                                .acquire(1500, 1510, "b", granted(2))),
                arguments(
                        "two expiries in the time of one and a half",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .acquire(500, 1500, "b", granted(2))
                                .acquire(1400, 1500, "c", granted(3))),
                arguments(
                        "a token that went back",
                        history()
                                .acquire(0, 10, "a", granted(2))
                                .release(20, 30, 2, done())
                                .acquire(40, 50, "b", granted(1))),
                arguments(
                        "a token given twice",
                        history()
                                .acquire(0, 10, "a", granted(2))
                                .release(20, 30, 2, done())
                                .acquire(40, 50, "b", granted(2))),
                arguments(
                        "a token that went back behind a grant whose answer was lost",
                        history()
                                .acquire(0, 10, "a", unknown())
                                .inspect(20, 30, heldBy("a", 8))
                                .force(40, 50, done())
                                .acquire(60, 70, "b", granted(8))),
                arguments(
                        "a renewal after somebody else's grant",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .acquire(1100, 1110, "b", granted(2))
                                .renew(1120, 1130, 1, done())),
                arguments(
                        "a renewal after its release",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .release(20, 30, 1, done())
                                .renew(40, 50, 1, done())),
                arguments(
                        "a renewal of a token that was never granted",
                        history().acquire(0, 10, "a", granted(1)).renew(20, 30, 5, done())),
                arguments(
                        "a renewal that is lost while the grant lasts",
                        history().acquire(0, 10, "a", granted(1)).renew(20, 30, 1, gone())),
                arguments(
                        "the same request again gets another grant",
                        history().acquire(0, 10, "a", "x", granted(1)).acquire(20, 30, "a", "x", granted(2))),
                arguments(
                        "the same request again is told that another holds it",
                        history().acquire(0, 10, "a", "x", granted(1)).acquire(20, 30, "a", "x", heldBy("a", 1))),
                arguments(
                        "a request whose grant is over gets another",
                        history()
                                .acquire(0, 10, "a", "x", granted(1))
                                .release(20, 30, 1, done())
                                .acquire(40, 50, "a", "x", granted(2))),
                arguments(
                        "a new request is told that it is used up",
                        history()
                                .acquire(0, 10, "a", "x", granted(1))
                                .release(20, 30, 1, done())
                                .acquire(40, 50, "a", "y", usedUp())),
                arguments(
                        "a release of another's grant",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .acquire(1100, 1110, "b", granted(2))
                                .release(1120, 1130, 1, done())),
                arguments(
                        "a release that found nothing while the grant lasts",
                        history().acquire(0, 10, "a", granted(1)).release(20, 30, 1, gone())),
                arguments(
                        "a release that changed nothing",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .release(20, 30, 1, done())
                                .acquire(40, 50, "b", heldBy("a", 1))),
                arguments("a free lease that is refused", history().acquire(0, 10, "a", heldBy("b", 1))),
                arguments(
                        "a stale inspection that misses a grant",
                        history().acquire(0, 10, "a", granted(1)).inspect(20, 30, free())),
                arguments(
                        "a stale inspection that still sees an earlier holder",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .release(20, 30, 1, done())
                                .acquire(40, 50, "b", granted(2))
                                .inspect(60, 70, heldBy("a", 1))),
                arguments(
                        "two inspections at once that go back",
                        history()
                                .acquire(0, 100, "a", granted(1))
                                .inspect(10, 20, heldBy("a", 1))
                                .inspect(30, 40, free())),
                arguments(
                        "an inspection that tells another token",
                        history().acquire(0, 10, "a", granted(1)).inspect(20, 30, heldBy("a", 2))),
                arguments(
                        "a refusal that names a holder who is no longer there",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .release(20, 30, 1, done())
                                .acquire(40, 50, "b", granted(2))
                                .acquire(60, 70, "c", heldBy("a"))),
                arguments(
                        "something that was refused took place",
                        history().acquire(0, 10, "a", refused()).acquire(20, 30, "b", heldBy("a"))),
                arguments(
                        "a request whose answer was lost takes place twice",
                        history()
                                .acquire(0, 10, "a", unknown())
                                .inspect(20, 30, heldBy("a", 1))
                                .release(40, 50, 1, done())
                                .inspect(60, 70, heldBy("a", 2))),
                arguments(
                        "a request whose answer was lost took place before it was made",
                        history().inspect(0, 10, heldBy("a", 1)).acquire(20, 30, "a", unknown())),
                arguments(
                        "a forced release that took nothing away",
                        history()
                                .acquire(0, 10, "a", granted(1))
                                .force(20, 30, done())
                                .renew(40, 50, 1, done())),
                arguments(
                        "a forced release that overlooked the holder",
                        history().acquire(0, 10, "a", granted(1)).force(20, 30, free())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void rejectsWhatNoStoreMayDo(String what, HistoryScript history) {
        Verdict verdict = CHECKER.lease(history.operations(), 0);

        assertThat(verdict.kind()).as(what).isEqualTo(Verdict.Kind.NOT_LINEARIZABLE);
        assertThat(verdict.explanation()).contains("none of these can follow");
    }

    @Test
    void allowsTheStoresClockToRunFasterByTheTolerance() {
        var history = history().acquire(0, 10, "a", granted(1)).acquire(985, 992, "b", granted(2));

        assertThat(CHECKER.lease(history.operations(), 0.01).linearizable()).isTrue();
        assertThat(CHECKER.lease(history.operations(), 0.005).linearizable()).isFalse();
    }

    @Test
    void tellsWhatCannotFollow() {
        var history = history()
                .acquire(0, 10, "a", granted(1))
                .acquire(20, 30, "b", granted(2))
                .operations();

        assertThat(CHECKER.lease(history, 0).explanation())
                .startsWith("The longest order found has 1 operations and leads to ")
                .contains("Granted[token=2]");
    }

    @Test
    void givesUpAtItsBoundAndSaysSo() {
        var history = history();
        for (int i = 0; i < 14; i++) {
            history.acquire(0, 100_000, "client-" + i, heldBy("nobody-known"));
            history.acquire(0, 100_000, "lost-" + i, unknown());
            history.inspect(0, 100_000, heldBy("lost-" + i));
        }

        Verdict verdict = new LinearizabilityChecker(500).lease(history.operations(), 0);

        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.GAVE_UP);
        assertThat(verdict.explanation()).startsWith("Gave up after 500 configurations");
    }
}
