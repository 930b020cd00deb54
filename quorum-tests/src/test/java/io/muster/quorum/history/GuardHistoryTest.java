package io.muster.quorum.history;

import static io.muster.quorum.history.HistoryScript.done;
import static io.muster.quorum.history.HistoryScript.gone;
import static io.muster.quorum.history.HistoryScript.unknown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GuardHistoryTest {
    private static final LinearizabilityChecker CHECKER = new LinearizabilityChecker(100_000);

    private static HistoryScript history() {
        return new HistoryScript();
    }

    static Stream<Arguments> histories() {
        return Stream.of(
                arguments(
                        true,
                        "tokens grow",
                        history()
                                .write(0, 10, 1, done())
                                .write(20, 30, 1, done())
                                .write(40, 50, 2, done())),
                arguments(
                        true,
                        "an old token is refused",
                        history()
                                .write(0, 10, 5, done())
                                .write(20, 30, 4, gone())
                                .write(40, 50, 5, done())),
                arguments(
                        true,
                        "two at once, in either order",
                        history()
                                .write(0, 10, 2, done())
                                .write(0, 10, 1, done())
                                .write(20, 30, 1, gone())),
                arguments(
                        true,
                        "a write whose answer was lost raised it",
                        history().write(0, 10, 7, unknown()).write(20, 30, 3, gone())),
                arguments(
                        false, "it went back", history().write(0, 10, 5, done()).write(20, 30, 4, done())),
                arguments(false, "it refused for no reason", history().write(0, 10, 5, gone())),
                arguments(
                        false,
                        "it refused the newest",
                        history().write(0, 10, 5, done()).write(20, 30, 5, gone())),
                arguments(
                        false,
                        "it refused an old token before it knew a newer one",
                        history().write(0, 10, 4, gone()).write(20, 30, 5, done())),
                arguments(
                        false,
                        "a refusal shows a token that a later write needs unseen",
                        history()
                                .write(0, 100, 7, done())
                                .write(0, 10, 5, gone())
                                .write(20, 30, 6, done())));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("histories")
    void isARegisterOfTheHighestToken(boolean right, String what, HistoryScript history) {
        assertThat(CHECKER.guard(history.operations()).linearizable()).as(what).isEqualTo(right);
    }
}
