package io.muster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "orders", "orders-2", "0", "a-b-c"})
    void dnsLabelsAreServices(String name) {
        assertThat(Names.service(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "A", "a_b", "a.b", "a b", "\u00e4", "a/b", ".."})
    void otherNamesAreNoServices(String name) {
        assertThatExceptionOfType(InvalidFieldException.class)
                .isThrownBy(() -> Names.service(name))
                .satisfies(e -> assertThat(e.field()).isEqualTo("service"));
    }

    @Test
    void labelsHaveAtMost63Characters() {
        assertThat(Names.namespace("n".repeat(63))).hasSize(63);
        assertThatExceptionOfType(InvalidFieldException.class).isThrownBy(() -> Names.namespace("n".repeat(64)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h", "10.0.0.1", "::1", "fe80::1", "2001:db8::ff00:42:8329", "a-b.example.com"})
    void addressesAndHostNamesAreHosts(String host) {
        assertThat(Names.host(host)).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "http://x",
                "a/b",
                "x@y",
                "[::1]",
                "1:2:3:::",
                "1:2",
                ":",
                "::ffff:300.1.1.1",
                "-a",
                ".a",
                "a..b",
                "h:80x"
            })
    void otherTextsAreNoHosts(String host) {
        assertThatExceptionOfType(InvalidFieldException.class).isThrownBy(() -> Names.host(host));
    }

    @Test
    void metadataIsBoundedInEntries() {
        Map<String, String> metadata = new HashMap<>();
        for (int i = 0; i < 64; i++) {
            metadata.put("k" + i, "v");
        }
        assertThat(Names.metadata(metadata)).hasSize(64);
        metadata.put("one-more", "v");
        assertThatExceptionOfType(InvalidFieldException.class)
                .isThrownBy(() -> Names.metadata(metadata))
                .withMessageContaining("65 entries");
    }

    @Test
    void metadataIsBoundedInUtf8Bytes() {
        assertThat(Names.metadata(Map.of("k", "x".repeat(8191)))).hasSize(1);
        assertThatExceptionOfType(InvalidFieldException.class)
                .isThrownBy(() -> Names.metadata(Map.of("k", "x".repeat(8192))));
        assertThatExceptionOfType(InvalidFieldException.class)
                .isThrownBy(() -> Names.metadata(Map.of("k", "\u20ac".repeat(2731))));
    }

    @Test
    void metadataHasNoControlCharacters() {
        assertThatExceptionOfType(InvalidFieldException.class)
                .isThrownBy(() -> Names.metadata(Map.of("k", "a\nb")))
                .satisfies(e -> assertThat(e.field()).isEqualTo("metadata.k"));
        assertThatExceptionOfType(InvalidFieldException.class).isThrownBy(() -> Names.metadata(Map.of("k\u0001", "a")));
    }

    @Test
    void metadataHasNoHalfSurrogatePairs() {
        assertThat(Names.metadata(Map.of("k", "\ud83d\ude00"))).hasSize(1);
        for (String half : List.of("\ud83d", "\ude00", "a\ud83d", "\ude00\ud83d")) {
            assertThatExceptionOfType(InvalidFieldException.class).isThrownBy(() -> Names.metadata(Map.of("k", half)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "1", "1:", ":1", "-1:1", "1:-1", "1:2:3", "a:1", "9007199254740993:0", " 1:1"})
    void otherTextsAreNoPositions(String text) {
        assertThat(Position.tryParse(text)).isEmpty();
    }

    @Test
    void positionsOfDifferentEpochsCoverNothingOfEachOther() {
        assertThat(new Position(1, 5).covers(new Position(1, 5))).isTrue();
        assertThat(new Position(1, 5).covers(new Position(1, 6))).isFalse();
        assertThat(new Position(2, 9).covers(new Position(1, 5))).isFalse();
        assertThat(Position.parse(new Position(Position.MAX_VALUE, 7).toString()))
                .isEqualTo(new Position(Position.MAX_VALUE, 7));
    }
}
