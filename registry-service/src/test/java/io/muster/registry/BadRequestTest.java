package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Headers;
import io.muster.api.JsonCodec;
import io.muster.api.Problem;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bad requests get a problem and change nothing. */
class BadRequestTest {
    private static final List<String> BAD_TEXTS = List.of(
            "",
            " ",
            "A",
            "a_b",
            "-a",
            "a-",
            "a.b",
            "\u00fc",
            "a".repeat(200),
            "..",
            "null",
            "a/b",
            "a\u0000b",
            "%",
            "'--");
    private static final List<String> BAD_NUMBERS = List.of(
            "0", "-1", "65536", "1e9", "8080.5", "\"8080\"", "true", "null", "[]", "{}", "99999999999999999999");

    private static RunningRegistry registry;
    private static String generation;

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start();
        HttpResponse<String> answer = registry.call(
                "PUT",
                "/v1/services/good/instances/a",
                "{\"process\":\"p1\",\"host\":\"127.0.0.1\",\"port\":8080,\"status\":\"UP\"}");
        generation = answer.body().replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void hundredsOfGeneratedBadRequestsAreRefusedAndChangeNothing() {
        long seed = 987_654_321;
        Random random = new Random(seed);
        String before = registry.call("GET", "/v1/services/good").body();
        String position = position();
        for (int i = 0; i < 500; i++) {
            HttpRequest request = badRequest(random);
            HttpResponse<String> answer = registry.send(request);
            String context = "seed " + seed + ", request " + i + ": " + request + " answered " + answer.body();
            assertThat(answer.statusCode()).as(context).isBetween(400, 499);
            assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                    .as(context)
                    .isEqualTo(Problem.MEDIA_TYPE);
            Problem problem = JsonCodec.client()
                    .decode(answer.body().getBytes(StandardCharsets.UTF_8), Problem.class)
                    .value();
            assertThat(problem.status()).as(context).isEqualTo(answer.statusCode());
            assertThat(problem.detail()).as(context).isNotBlank();
            if (answer.statusCode() == 400) {
                assertThat(problem.field()).as(context).isNotBlank();
            }
        }
        assertThat(position()).as("nothing changed").isEqualTo(position);
        assertThat(registry.call("GET", "/v1/services/good").body()).isEqualTo(before);
    }

    @Test
    void oversizedBodiesAreRefused() {
        String body = "{\"process\":\"p\",\"host\":\"h\",\"port\":1,\"x\":\"" + "y".repeat(300_000) + "\"}";

        assertThat(registry.call("PUT", "/v1/services/big/instances/a", body).statusCode())
                .isEqualTo(413);
    }

    @Test
    void oversizedMetadataIsRefusedByItsName() {
        String body = "{\"process\":\"p\",\"host\":\"h\",\"port\":1,\"metadata\":{\"k\":\"" + "y".repeat(8192) + "\"}}";
        HttpResponse<String> answer = registry.call("PUT", "/v1/services/big/instances/a", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"field\":\"metadata\"").contains("8193 bytes");
    }

    @Test
    void wrongMethodsNameTheRightOnes() {
        HttpResponse<String> answer = registry.call("POST", "/v1/services/good/instances/a", "{}");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow").orElseThrow()).contains("PUT");
    }

    @Test
    void anUnknownWatcherIsNotFound() {
        assertThat(registry.call("PUT", "/v1/watch/nobody/services", "{\"services\":[\"a\"]}")
                        .statusCode())
                .isEqualTo(404);
        for (String watcher : List.of("nobody", "0123456789abcdef")) {
            HttpResponse<String> answer =
                    registry.call("POST", "/v1/watch/" + watcher + "/ack", "{\"position\":\"1:1\"}");
            assertThat(answer.statusCode()).as(watcher).isEqualTo(404);
            assertThat(answer.body()).as(watcher).contains("Unknown watcher");
        }
    }

    private static HttpRequest badRequest(Random random) {
        String text = pick(BAD_TEXTS, random);
        String number = pick(BAD_NUMBERS, random);
        String good = "/v1/services/good/instances/a";
        return switch (random.nextInt(12)) {
            case 0 -> put(good, registration("\"port\":" + number));
            case 1 -> put(good, registration("\"host\":" + quoted(text.length() == 200 ? text + text : text + "/")));
            case 2 -> put(good, registration("\"status\":" + quoted(text)));
            case 3 ->
                put(good, registration("\"weight\":" + (number.equals("0") || number.equals("null") ? "-7" : number)));
            case 4 -> put(good, registration("\"process\":" + quoted(text + " ")));
            case 5 -> put("/v1/services/" + encoded(text + "_") + "/instances/a", registration("\"zone\":\"z\""));
            case 6 -> put("/v1/services/good/instances/" + encoded(text + "@"), registration("\"zone\":\"z\""));
            case 7 -> put(good + "?namespace=" + encoded(text + "_"), registration("\"zone\":\"z\""));
            case 8 -> {
                String valid = registration("\"zone\":\"z\"");
                yield put(good, valid.substring(0, random.nextInt(valid.length() - 1)));
            }
            case 9 -> request("DELETE", good + "?generation=" + encoded(text + number), null);
            case 10 ->
                request(
                        "PATCH",
                        good + "?generation=" + generation,
                        "{\"weight\":" + (number.equals("0") || number.equals("null") ? "70000" : number) + "}");
            default ->
                request(
                        "POST",
                        "/v1/heartbeats",
                        "{\"instances\":[{\"service\":" + quoted(text + "_")
                                + ",\"id\":\"a\",\"generation\":\"1:1\"}]}");
        };
    }

    /** A registration of another process, which would change the catalogue if it were accepted. */
    private static String registration(String bad) {
        String field = bad.substring(0, bad.indexOf(':'));
        StringBuilder json = new StringBuilder("{").append(bad);
        if (!field.equals("\"process\"")) {
            json.append(",\"process\":\"other\"");
        }
        if (!field.equals("\"host\"")) {
            json.append(",\"host\":\"10.0.0.1\"");
        }
        if (!field.equals("\"port\"")) {
            json.append(",\"port\":8080");
        }
        return json.append('}').toString();
    }

    private static HttpRequest put(String path, String body) {
        return request("PUT", path, body);
    }

    private static HttpRequest request(String method, String path, @Nullable String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(registry.url().resolve(path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return request.build();
    }

    private static String position() {
        return registry.call("GET", "/v1/services")
                .headers()
                .firstValue(Headers.POSITION)
                .orElseThrow();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\u0000", "\\u0000") + "\"";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String pick(List<String> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
