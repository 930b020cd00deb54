package io.muster.lease.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FencingTokenHeaderTest {
    private static final String ALPHABET = "ab09-._~%;t=, \t\"é€\uD83D\uDE00AF:/";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            close-month | 1                | close-month;t=1
            a b         | 9007199254740991 | a%20b;t=9007199254740991
            x;t=5,y     | 12               | x%3Bt%3D5%2Cy;t=12
            région      | 12               | r%C3%A9gion;t=12
            50%         | 12               | 50%25;t=12
            """)
    void aGrantIsWrittenInOneWay(String name, long token, String value) {
        List<LeaseKey> grants = List.of(new LeaseKey(name, token));
        assertThat(FencingTokenHeader.format(grants)).isEqualTo(value);
        assertThat(FencingTokenHeader.parse(List.of(value))).isEqualTo(grants);
    }

    @Test
    void severalGrantsStandInOneLineOrInSeveral() {
        List<LeaseKey> grants = List.of(new LeaseKey("a", 1), new LeaseKey("b", 2), new LeaseKey("c", 3));
        assertThat(FencingTokenHeader.format(grants)).isEqualTo("a;t=1, b;t=2, c;t=3");
        assertThat(FencingTokenHeader.parse(List.of("a;t=1,b;t=2 \t,\t c;t=3"))).isEqualTo(grants);
        assertThat(FencingTokenHeader.parse(List.of("a;t=1", "b;t=2, c;t=3"))).isEqualTo(grants);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                "a",
                "17",
                ";t=1",
                "a;t=",
                "a;t=0",
                "a;t=01",
                "a;t=-1",
                "a;t=+1",
                "a;t=1.0",
                "a;t=9007199254740992",
                "a;t=99999999999999999999",
                "a;t=1;t=2",
                "a;t=1;u=2",
                "a; t=1",
                "a;T=1",
                "a ;t=1",
                "a;t=1,",
                ",a;t=1",
                "a;t=1,,b;t=2",
                "a;t=1 b;t=2",
                "a;t=1, a;t=2",
                "%61;t=1",
                "%c3%a9;t=1",
                "%C3;t=1",
                "%C0%80;t=1",
                "%ED%A0%80;t=1",
                "%0A;t=1",
                "%20;t=1",
                "%;t=1",
                "%2;t=1",
                "%+2;t=1",
                "é;t=1",
                "\"a\";t=1",
                "a;t=١"
            })
    void anythingElseIsRefusedAndShownSafely(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingTokenHeader.parse(List.of(value)))
                .withMessageStartingWith("Fencing-Token must be ")
                .satisfies(e -> assertThat(e.getMessage()).matches("[ -~…]*"));
    }

    @Test
    void theNumberOfLeasesAndTheLengthAreBounded() {
        List<LeaseKey> most = IntStream.rangeClosed(1, FencingTokenHeader.MAX_GRANTS)
                .mapToObj(i -> new LeaseKey("lease " + i, i))
                .toList();
        assertThat(FencingTokenHeader.parse(List.of(FencingTokenHeader.format(most))))
                .isEqualTo(most);
        List<LeaseKey> oneMore = new ArrayList<>(most);
        oneMore.add(new LeaseKey("another", 99));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingTokenHeader.format(oneMore))
                .withMessageContaining("were 17");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingTokenHeader.parse(List.of(FencingTokenHeader.format(most), "another;t=99")))
                .withMessageContaining("at most 16 leases");
        String longName = "€".repeat(200);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingTokenHeader.format(List.of(
                        new LeaseKey(longName, 1),
                        new LeaseKey(longName.replaceFirst("€", "a"), 1),
                        new LeaseKey(longName.replaceFirst("€", "b"), 1))))
                .withMessageContaining("at most 4096 characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingTokenHeader.parse(List.of("a".repeat(5000) + ";t=1")))
                .withMessageContaining("at most 4096 characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingTokenHeader.parse(List.of("a".repeat(201) + ";t=1")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingTokenHeader.format(List.of(new LeaseKey("a", 1), new LeaseKey("a", 2))));
    }

    @Test
    void whateverLeasesThereAreComesBackAsItWas() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            List<LeaseKey> grants = IntStream.range(0, 1 + random.nextInt(4))
                    .mapToObj(n ->
                            new LeaseKey(n + randomName(random), 1 + (random.nextLong() & (LeaseStore.MAX_TOKEN - 1))))
                    .toList();
            String value = FencingTokenHeader.format(grants);
            assertThat(value).as("seed %s", seed).matches("[!-~ ]*");
            assertThat(FencingTokenHeader.parse(List.of(value)))
                    .as("seed %s", seed)
                    .isEqualTo(grants);
        }
    }

    @Test
    void whateverIsAcceptedIsWhatWouldBeWritten() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 50_000; i++) {
            String value = mutated("a;t=1, b%20c;t=23", random);
            List<LeaseKey> grants = parsed(value);
            if (!grants.isEmpty()) {
                accepted++;
                assertThat(value.replaceAll("[ \t]*,[ \t]*", ", ").strip())
                        .as("seed %s", seed)
                        .isEqualTo(FencingTokenHeader.format(grants));
            }
        }
        assertThat(accepted).as("seed %s", seed).isGreaterThan(100);
    }

    private static List<LeaseKey> parsed(String value) {
        try {
            return FencingTokenHeader.parse(List.of(value));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith("Fencing-Token must be ").hasSizeLessThan(400);
            return Collections.emptyList();
        }
    }

    private static String mutated(String value, Random random) {
        StringBuilder mutated = new StringBuilder(value);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(mutated.length());
            char other = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            switch (random.nextInt(3)) {
                case 0 -> mutated.setCharAt(at, other);
                case 1 -> mutated.insert(at, other);
                default -> mutated.deleteCharAt(at).append(mutated.isEmpty() ? "a" : "");
            }
        }
        return mutated.toString();
    }

    private static String randomName(Random random) {
        int[] codePoints = ALPHABET.codePoints().filter(c -> c != '\t').toArray();
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            name.appendCodePoint(codePoints[random.nextInt(codePoints.length)]);
        }
        return name.toString();
    }
}
