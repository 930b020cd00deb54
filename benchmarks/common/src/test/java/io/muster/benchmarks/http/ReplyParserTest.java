package io.muster.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyParserTest {
    private static final String ANSWERS =
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
                    + "HTTP/1.1 204 No Content\r\nX-Muster-Position: 1:2\r\n\r\n"
                    + "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n"
                    + "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void readsAnswersHoweverTheyAreCut(int size) {
        List<String> answers = new ArrayList<>();
        ReplyParser parser = new ReplyParser(new ReplyParser.Sink() {
            private final StringBuilder answer = new StringBuilder();

            @Override
            public void head(int status) {
                answer.append(status).append(' ');
            }

            @Override
            public void body(ByteBuf in, int bytes) {
                answer.append(in.readCharSequence(bytes, StandardCharsets.US_ASCII));
            }

            @Override
            public void end() {
                answers.add(answer.toString());
                answer.setLength(0);
            }
        });

        byte[] bytes = ANSWERS.getBytes(StandardCharsets.US_ASCII);
        for (int from = 0; from < bytes.length; from += size) {
            parser.read(Unpooled.wrappedBuffer(bytes, from, Math.min(size, bytes.length - from)));
        }

        assertThat(answers).containsExactly("200 hello", "204 ", "200 abc0123456789", "404 ");
    }
}
