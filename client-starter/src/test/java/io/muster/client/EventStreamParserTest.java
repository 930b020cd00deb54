package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EventStreamParserTest {
    static Stream<Arguments> streams() {
        return Stream.of(
                Arguments.of("data: a\n\n", List.of("message|a|-")),
                Arguments.of("event: change\nid: 1:2\ndata: {}\n\n", List.of("change|{}|1:2")),
                Arguments.of("data:a\n\n", List.of("message|a|-")),
                Arguments.of("data:  a\n\n", List.of("message| a|-")),
                Arguments.of("data: a\ndata: b\n\n", List.of("message|a~b|-")),
                Arguments.of("data\n\n", List.of("message||-")),
                Arguments.of("data\ndata\n\n", List.of("message|~|-")),
                Arguments.of("data: a:b\n\n", List.of("message|a:b|-")),
                Arguments.of(": comment\n\n:\n\ndata: a\n\n", List.of("message|a|-")),
                Arguments.of("event: nothing\n\ndata: a\n\n", List.of("message|a|-")),
                Arguments.of("id: 1\n\ndata: a\n\n", List.of("id|1", "message|a|-")),
                Arguments.of("id: 1\ndata: a\n\ndata: b\n\n", List.of("message|a|1", "message|b|-")),
                Arguments.of("id\ndata: a\n\n", List.of("message|a|")),
                Arguments.of("id: a\0b\ndata: a\n\n", List.of("message|a|-")),
                Arguments.of("retry: 10\nfoo: bar\nfoo\ndata: a\n\n", List.of("message|a|-")),
                Arguments.of("Data: a\n\ndatas: b\n\ndat: c\n\n", List.of()),
                Arguments.of(" data: a\n\n", List.of()),
                Arguments.of("\uFEFFdata: a\n\n", List.of("message|a|-")),
                Arguments.of("\uFEFF\uFEFFdata: a\n\n", List.of()),
                Arguments.of("\n\n\ndata: a\n\n\n\n", List.of("message|a|-")),
                Arguments.of("data: unfinished\n", List.of()),
                Arguments.of("id: 7\ndata: unfinished", List.of()),
                Arguments.of("data: ä€😀\n\n", List.of("message|ä€😀|-")));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void readsEachStreamWithEachLineEndCutAtEachByte(String stream, List<String> expected) throws IOException {
        for (String lineEnd : List.of("\n", "\r", "\r\n")) {
            byte[] bytes = stream.replace("\n", lineEnd).getBytes(StandardCharsets.UTF_8);
            for (int cut = 0; cut <= bytes.length; cut++) {
                Recorder recorder = new Recorder();
                EventStreamParser parser = new EventStreamParser(1024);
                parser.feed(ByteBuffer.wrap(bytes, 0, cut), recorder);
                parser.feed(ByteBuffer.wrap(bytes, cut, bytes.length - cut), recorder);
                assertThat(recorder.seen).as("cut at %s", cut).isEqualTo(expected);
            }
            Recorder byteByByte = new Recorder();
            EventStreamParser parser = new EventStreamParser(1024);
            for (byte b : bytes) {
                parser.feed(ByteBuffer.wrap(new byte[] {b}), byteByByte);
            }
            assertThat(byteByByte.seen).isEqualTo(expected);
        }
    }

    @Test
    void readsMixedLineEnds() throws IOException {
        assertThat(read("data: a\r\n\r\ndata: b\r\rdata: c\n\ndata: d\r\n\n", 100))
                .containsExactly("message|a|-", "message|b|-", "message|c|-", "message|d|-");
    }

    @Test
    void readsAnEventAsLargeAsTheBoundAndNoLargerOne() throws IOException {
        assertThat(read("data: " + "x".repeat(100) + "\n\n", 100)).hasSize(1);
        assertThatThrownBy(() -> read("data: " + "x".repeat(101) + "\n\n", 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("must be at most");
    }

    @Test
    void refusesALineWithoutEnd() {
        assertThatThrownBy(() -> read(": " + "x".repeat(500), 100)).isInstanceOf(IOException.class);
    }

    @Test
    void refusesAnEventOfTooManyLines() {
        assertThatThrownBy(() -> read("data: 0123456789\n".repeat(20), 100)).isInstanceOf(IOException.class);
    }

    @Test
    void readsOnAfterALargeEvent() throws IOException {
        String large = "x".repeat(1_000_000);
        assertThat(read("data: " + large + "\n\ndata: b\n\n", 2_000_000))
                .containsExactly("message|" + large + "|-", "message|b|-");
    }

    private static List<String> read(String stream, int maxEventBytes) throws IOException {
        Recorder recorder = new Recorder();
        new EventStreamParser(maxEventBytes).feed(ByteBuffer.wrap(stream.getBytes(StandardCharsets.UTF_8)), recorder);
        return recorder.seen;
    }

    private static final class Recorder implements EventStreamParser.Sink {
        private final List<String> seen = new ArrayList<>();

        @Override
        public void event(String name, byte[] data, @Nullable String id) {
            String text = new String(data, StandardCharsets.UTF_8).replace('\n', '~');
            seen.add(name + "|" + text + "|" + (id == null ? "-" : id));
        }

        @Override
        public void id(String id) {
            seen.add("id|" + id);
        }
    }
}
