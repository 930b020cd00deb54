package io.muster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {
    private final JsonCodec server = JsonCodec.server();
    private final JsonCodec client = JsonCodec.client();

    @Test
    void absentOptionalPartsTakeTheirDefaults() {
        Registration registration =
                decode("{\"process\":\"p1\",\"host\":\"10.0.0.1\",\"port\":8080}", Registration.class);

        assertThat(registration).isEqualTo(Registration.of("p1", "10.0.0.1", 8080));
        assertThat(registration.weight()).isEqualTo(Registration.DEFAULT_WEIGHT);
        assertThat(registration.status()).isEqualTo(InstanceStatus.STARTING);
    }

    @Test
    void everyRecordSurvivesTheWire() {
        Position position = new Position(Position.MAX_VALUE, 42);
        Instance instance = new Instance(
                "a:1",
                position,
                "::1",
                1,
                true,
                InstanceStatus.DOWN,
                "silent",
                0,
                "z1",
                Map.of("k", "\u00fc\ud83d\ude00"),
                new Instance.Overridden(InstanceStatus.UP, "", 7));
        ServiceSnapshot snapshot = new ServiceSnapshot("default", "orders", position, List.of(instance));

        assertSurvives(snapshot);
        assertSurvives(new SnapshotEvent(true, snapshot));
        assertSurvives(new ChangeEvent(
                "default", "orders", position, List.of(instance), List.of(new ChangeEvent.Removal("b", "gone"))));
        assertSurvives(new WatcherEvent("w", position, true));
        assertSurvives(new OperatorSetting(true, null, "disk swap"));
        assertSurvives(new OperatorSettings(
                "default",
                List.of(
                        new OperatorSettings.Entry("orders", null, new OperatorSetting(false, 0, "")),
                        new OperatorSettings.Entry("orders", "a:1", new OperatorSetting(false, 5, "")))));
        assertSurvives(new ClosingEvent("planned"));
        assertSurvives(new Registered(position, 5000, 15000));
        assertSurvives(new InstancePatch(InstanceStatus.UP, 7, Map.of("a", "b")));
        assertSurvives(new Heartbeats(List.of(new InstanceReference("default", "orders", "a", position))));
        assertSurvives(new Heartbeats.Answer(List.of(new InstanceReference("default", "orders", "a", position))));
        assertSurvives(new ServiceList("default", List.of(new ServiceList.Entry("orders", position, 3, 2))));
        assertSurvives(Registration.of("p", "h", 1));
        for (Check.Type type : Check.Type.values()) {
            assertSurvives(Registration.of("p", "h", 1).withCheck(Check.of(type)));
        }
        assertSurvives(new Subscription(List.of("orders")));
        assertSurvives(new Acknowledgement(position));
        assertSurvives(Problem.of(404, "Not found", "nothing here"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"process":"p","host":"h","port":"80"}                            | port            | 80
            {"process":"p","host":"h","port":0}                               | port            | 0
            {"process":"p","host":"h","port":65536}                           | port            | 65536
            {"process":"p","host":"h","port":99999999999}                     | port            | 99999999999
            {"process":"p","host":"h","port":80.5}                            | port            | 80.5
            {"process":"p","host":"h","port":[80]}                            | port            | [
            {"process":"p","host":"h","port":80,"secure":"yes"}               | secure          | yes
            {"process":"p","host":"h","port":80,"status":"DOWN"}              | status          | DOWN
            {"process":"p","host":"h","port":80,"status":"SLEEPING"}          | status          | SLEEPING
            {"process":"p","host":"h","port":80,"status":1}                   | status          | 1
            {"process":"p","host":"h","port":80,"weight":-1}                  | weight          | -1
            {"process":"p","host":"h","port":80,"weight":10001}               | weight          | 10001
            {"process":"p","host":"h b","port":80}                            | host            | h b
            {"process":"p","host":7,"port":80}                                | host            | 7
            {"host":"h","port":80}                                            | process         | null
            {"process":"p\\n","host":"h","port":80}                           | process         | p\\u000a
            {"process":"p","host":"h","port":80,"zone":"a/b"}                 | zone            | a/b
            {"process":"p","host":"h","port":80,"metadata":{"a":null}}        | metadata.a      | null
            {"process":"p","host":"h","port":80,"metadata":{"a":5}}           | metadata.a      | 5
            {"process":"p","host":"h","port":80,"metadata":"x"}               | metadata        | x
            {"process":"p","host":"h","port":80,"check":"tcp"}                | check           | tcp
            {"process":"p","host":"h","port":80,"check":{}}                   | check.type      | null
            {"process":"p","host":"h","port":80,"check":{"type":"icmp"}}      | check.type      | icmp
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","path":"/"}}           | check.path      | /
            {"process":"p","host":"h","port":80,"check":{"type":"http","service":"s"}}       | check.service   | s
            {"process":"p","host":"h","port":80,"check":{"type":"http","path":"health"}}     | check.path      | health
            {"process":"p","host":"h","port":80,"check":{"type":"http","path":"/a b"}}       | check.path      | /a b
            {"process":"p","host":"h","port":80,"check":{"type":"http","path":"/a\\r\\nX: y"}} | check.path | /a\\u000d\\u000aX: y
            {"process":"p","host":"h","port":80,"check":{"type":"http","expect":"2xx"}}      | check.expect    | 2xx
            {"process":"p","host":"h","port":80,"check":{"type":"http","expect":"399-200"}}  | check.expect    | 399-200
            {"process":"p","host":"h","port":80,"check":{"type":"http","expect":"200-600"}}  | check.expect    | 200-600
            {"process":"p","host":"h","port":80,"check":{"type":"http","expect":"200-"}}     | check.expect    | 200-
            {"process":"p","host":"h","port":80,"check":{"type":"grpc","service":"a\\u00e4"}} | check.service | a\\u00e4
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","port":0}}             | check.port      | 0
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","interval":"999ms"}}   | check.interval  | 999ms
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","interval":"11m"}}     | check.interval  | 11m
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","interval":5}}         | check.interval  | 5
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","interval":"soon"}}    | check.interval  | soon
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","interval":"-5s"}}     | check.interval  | -5s
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","timeout":"6s"}}       | check.timeout   | 6s
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","timeout":"99ms"}}     | check.timeout   | 99ms
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","interval":"10m","timeout":"31s"}} | check.timeout | 31s
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","failures":0}}         | check.failures  | 0
            {"process":"p","host":"h","port":80,"check":{"type":"tcp","successes":11}}       | check.successes | 11
            """)
    void badFieldsAreNamedWithTheirValue(String json, String field, String value) {
        Problem problem = problem(json, Registration.class);

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.field()).isEqualTo(field);
        assertThat(problem.value()).isEqualTo(value);
        assertThat(problem.detail()).startsWith(field + " must be ").contains(" but was ");
    }

    @Test
    void aCheckTakesItsDefaults() {
        assertThat(registration("{\"type\":\"http\"}").check())
                .isEqualTo(new Check(
                        Check.Type.HTTP,
                        "/",
                        "200-399",
                        null,
                        null,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(2),
                        2,
                        1));
        assertThat(registration("{\"type\":\"tcp\",\"interval\":\"1s\"}").check())
                .extracting(Check::timeout)
                .as("no longer than the interval")
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(registration("{\"type\":\"grpc\",\"interval\":\"PT1M\",\"timeout\":\"1500ms\"}")
                        .check())
                .extracting(Check::interval, Check::timeout, Check::service)
                .containsExactly(Duration.ofMinutes(1), Duration.ofMillis(1500), "");
        assertThat(registration("{\"type\":\"tcp\"}").status()).isEqualTo(InstanceStatus.UP);
        assertThat(Registration.of("p", "h", 1).status()).isEqualTo(InstanceStatus.STARTING);
    }

    @ParameterizedTest
    @CsvSource({"200-399, 200 204 302 399, 199 400 503", "204, 204, 200 205", "500-599, 500, 200"})
    void statusesOfARangePass(String expect, String passing, String failing) {
        Check check = Objects.requireNonNull(registration("{\"type\":\"http\",\"expect\":\"" + expect + "\"}")
                .check());
        for (String status : passing.split(" ", -1)) {
            assertThat(check.expects(Integer.parseInt(status))).as(status).isTrue();
        }
        for (String status : failing.split(" ", -1)) {
            assertThat(check.expects(Integer.parseInt(status))).as(status).isFalse();
        }
    }

    private static Registration registration(String check) {
        String json = "{\"process\":\"p\",\"host\":\"h\",\"port\":80,\"check\":" + check + "}";
        return JsonCodec.server()
                .decode(json.getBytes(StandardCharsets.UTF_8), Registration.class)
                .value();
    }

    @Test
    void nestedFieldsAreNamedWithTheirPath() {
        Problem problem = problem(
                "{\"instances\":[{\"service\":\"a\",\"id\":\"b\",\"generation\":\"1:2\"},"
                        + "{\"service\":\"A!\",\"id\":\"b\",\"generation\":\"1:2\"}]}",
                Heartbeats.class);

        assertThat(problem.field()).isEqualTo("instances[1].service");
        assertThat(problem.value()).isEqualTo("A!");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "7",
                "\"x\"",
                "{",
                "{\"process\":",
                "{\"process\":\"p\",\"host\":\"h\",\"port\":80} x",
                "{\"process\":\"p\",\"process\":\"q\",\"host\":\"h\",\"port\":80}",
                "{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}"
            })
    void malformedBodiesAreRefused(String json) {
        Problem problem = problem(json, Registration.class);

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.detail()).isNotBlank();
    }

    @Test
    void unknownFieldsArePassedOverAndReported() {
        Decoded<Registration> decoded = server.decode(
                bytes("{\"process\":\"p\",\"host\":\"h\",\"port\":80,\"new\":{\"x\":[1]},\"b\\r\\nX\":1}"),
                Registration.class);

        assertThat(decoded.unknownFields()).containsExactly("new", "b\\u000d\\u000aX");
    }

    @Test
    void unknownFieldsAreReportedUpToABound() {
        StringBuilder json = new StringBuilder("{\"process\":\"p\",\"host\":\"h\",\"port\":80");
        for (int i = 0; i < 100; i++) {
            json.append(",\"f").append(i).append("\":1");
        }

        assertThat(server.decode(bytes(json + "}"), Registration.class).unknownFields())
                .hasSize(16);
    }

    @Test
    void clientsReadAStatusThatTheyDoNotKnowAsUnknown() {
        Instance instance = client.decode(
                        bytes("{\"id\":\"a\",\"generation\":\"1:1\",\"host\":\"h\",\"port\":1,\"status\":\"NAPPING\"}"),
                        Instance.class)
                .value();

        assertThat(instance.status()).isEqualTo(InstanceStatus.UNKNOWN);
        assertThat(instance.status().takesRequests()).isFalse();
    }

    @Test
    void arbitraryBytesGiveAProblemAndNothingElse() {
        long seed = 20261122;
        Random random = new Random(seed);
        byte[] valid = bytes("{\"process\":\"p\",\"host\":\"h\",\"port\":80,\"metadata\":{\"a\":\"b\"}}");
        for (int i = 0; i < 5_000; i++) {
            byte[] mutated = valid.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            try {
                server.decode(mutated, Registration.class);
            } catch (ProblemException e) {
                assertThat(e.problem().status())
                        .as("seed %d, round %d", seed, i)
                        .isEqualTo(400);
            }
        }
    }

    private void assertSurvives(Object value) {
        assertThat(client.decode(server.encode(value), value.getClass()).value())
                .isEqualTo(value);
    }

    private <T> T decode(String json, Class<T> type) {
        return server.decode(bytes(json), type).value();
    }

    private Problem problem(String json, Class<?> type) {
        return catchThrowableOfType(ProblemException.class, () -> server.decode(bytes(json), type))
                .problem();
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
