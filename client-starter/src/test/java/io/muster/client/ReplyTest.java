package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Problem;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyTest {
    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "0, 0",
        "7, 7",
        "31, 30",
        "999999999, 30",
        "99999999999999, 0",
        "-1, 0",
        "1.5, 0",
        "'Wed, 21 Oct 2015 07:28:00 GMT', 0"
    })
    void readsRetryAfterInSecondsUpToTheCap(String header, long seconds) {
        assertThat(Reply.retryAfterNanos(header))
                .isEqualTo(Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void tellsTheRegistrysProblem() {
        Reply reply = reply(400, "{\"title\":\"Invalid field\",\"status\":400,\"detail\":\"port must be\\n1\"}");
        assertThat(reply.problem()).extracting(Problem::title).isEqualTo("Invalid field");
        assertThat(reply.describe()).isEqualTo("http://r answered 400 Invalid field: port must be?1");
    }

    @Test
    void makesAProblemOfAnythingElse() {
        assertThat(reply(502, "<html>").describe()).startsWith("http://r answered 502 HTTP 502");
        assertThat(reply(502, "").problem().status()).isEqualTo(502);
        assertThat(reply(502, "{\"status\":200}").problem().status()).isEqualTo(502);
    }

    private static Reply reply(int status, String body) {
        return new Reply(URI.create("http://r"), status, 0, body.getBytes(StandardCharsets.UTF_8));
    }
}
