package io.muster.registry.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.registry.RunningRegistry;
import io.muster.registry.TestTokens;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** How tokens are configured, made and exchanged. */
@ExtendWith(OutputCaptureExtension.class)
class SecurityPropertiesTest {
    private static final String HASH = TestTokens.hash("mst_x");

    @Test
    void oldAndNewTokensBothWorkWhileTheyAreExchanged() {
        String[] properties = new TestTokens()
                .with("old", "read")
                .also("hashes[1]=" + TestTokens.hash("mst_new"))
                .and();
        try (RunningRegistry registry = RunningRegistry.start(properties)) {
            assertThat(status(registry, "mst_old")).isEqualTo(200);
            assertThat(status(registry, "mst_new")).isEqualTo(200);
            assertThat(status(registry, "mst_other")).isEqualTo(401);
        }
    }

    static List<List<String>> wrong() {
        String a = "muster.server.auth.tokens[0].";
        String b = "muster.server.auth.tokens[1].";
        return List.of(
                List.of("muster.server.auth.tokens must be present", "muster.server.auth.mode=token"),
                List.of(
                        "only with it",
                        "muster.server.auth.mode=loopback",
                        a + "id=a",
                        a + "hashes=" + HASH,
                        a + "scopes=read"),
                List.of(
                        "hashes must be sha256:",
                        "muster.server.auth.mode=token",
                        a + "id=a",
                        a + "hashes=mst_secret",
                        a + "scopes=read"),
                List.of("hashes must be at least one", "muster.server.auth.mode=token", a + "id=a", a + "scopes=read"),
                List.of(
                        "scopes must be at least one",
                        "muster.server.auth.mode=token",
                        a + "id=a",
                        a + "hashes=" + HASH),
                List.of(
                        "must be read, operate",
                        "muster.server.auth.mode=token",
                        a + "id=a",
                        a + "hashes=" + HASH,
                        a + "scopes=write"),
                List.of(
                        "namespaces, when present, must be at least one",
                        "muster.server.auth.mode=token",
                        a + "id=a",
                        a + "hashes=" + HASH,
                        a + "scopes=read",
                        a + "namespaces="),
                List.of(
                        "tokens[a]: namespace must be",
                        "muster.server.auth.mode=token",
                        a + "id=a",
                        a + "hashes=" + HASH,
                        a + "scopes=read",
                        a + "namespaces=prod,Blue"),
                List.of("id must be 1 to 64", "muster.server.auth.mode=token", a + "hashes=" + HASH, a + "scopes=read"),
                List.of(
                        "id must be 1 to 64",
                        "muster.server.auth.mode=token",
                        a + "id=anonymous",
                        a + "hashes=" + HASH,
                        a + "scopes=read"),
                List.of(
                        "but a is there twice",
                        "muster.server.auth.mode=token",
                        a + "id=a",
                        a + "hashes=" + HASH,
                        a + "scopes=read",
                        b + "id=a",
                        b + "hashes=" + TestTokens.hash("y"),
                        b + "scopes=read"),
                List.of(
                        "but b has one that is there twice",
                        "muster.server.auth.mode=token",
                        a + "id=a",
                        a + "hashes=" + HASH,
                        a + "scopes=read",
                        b + "id=b",
                        b + "hashes=" + HASH,
                        b + "scopes=read"),
                List.of("muster.server.limits.max-body must be between", "muster.server.limits.max-body=1B"),
                List.of("muster.server.allowed-networks must be", "muster.server.allowed-networks=everywhere"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatCannotBeMeantFailsTheStartAndIsNamed(List<String> line) {
        String[] properties = line.subList(1, line.size()).toArray(String[]::new);
        assertThatThrownBy(() -> RunningRegistry.start(properties))
                .satisfies(e -> assertThat(messages(e))
                        .anyMatch(message -> message.contains(line.get(0)))
                        .noneMatch(message -> message.contains("must") && message.contains("mst_secret")));
    }

    @ParameterizedTest
    @CsvSource({
        "register:orders, REGISTER, orders, true",
        "register:orders, REGISTER, orders-eu, false",
        "register:orders*, REGISTER, orders-eu, true",
        "register:orders*, REGISTER, payments, false",
        "register:*, REGISTER, payments, true",
        "register:*, LEASE, payments, false",
        "lease:nightly*, LEASE, nightly-report, true",
        "lease:nightly*, REGISTER, nightly-report, false",
        "operate, READ, '', false",
    })
    void aScopeCoversItsKindAndItsNames(String scope, Scope.Kind kind, String name, boolean covers) {
        assertThat(Scope.parse(scope).covers(kind, name)).isEqualTo(covers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "READ",
                "read:",
                "read:x",
                "register",
                "register:",
                "register:a*b",
                "register:A",
                "admin",
                "operate:x",
                "lease:a/b"
            })
    void anUnknownScopeIsNone(String scope) {
        assertThatThrownBy(() -> Scope.parse(scope)).hasMessageEndingWith("but was " + scope);
    }

    @Test
    void tokensWithoutTlsAreWarnedOf(CapturedOutput output) {
        try (RunningRegistry open =
                RunningRegistry.start(new TestTokens().with("reader", "read").and("server.address=0.0.0.0"))) {
            assertThat(status(open, "mst_reader")).isEqualTo(200);
        }
        assertThat(output.toString().lines().filter(line -> line.contains("Tokens travel unencrypted")))
                .hasSize(1);
    }

    @Test
    void theCommandMakesATokenThatWorks() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int exit = TokenCommand.run(
                List.of("--id", "orders", "--scope", "read", "--scope", "register:orders*", "--namespace", "default"),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                System.err);
        String text = out.toString(StandardCharsets.UTF_8);
        String token = only(text, "mst_[A-Za-z0-9_-]{43}");
        String hash = only(text, "sha256:[0-9a-f]{64}");

        assertThat(exit).isZero();
        assertThat(text)
                .contains("- id: orders", "scopes: [\"read\", \"register:orders*\"]", "namespaces: [\"default\"]");
        try (RunningRegistry registry = RunningRegistry.start(
                "muster.server.auth.mode=token",
                "muster.server.auth.tokens[0].id=orders",
                "muster.server.auth.tokens[0].hashes=" + hash,
                "muster.server.auth.tokens[0].scopes=read")) {
            assertThat(status(registry, token)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--id", "--id a", "--id a --scope nonsense", "--scope read", "--name a --scope read"})
    void theCommandSaysWhatIsWrong(String line) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> arguments = line.isEmpty() ? List.of() : List.of(line.split(" ", -1));
        assertThat(TokenCommand.run(arguments, new PrintStream(out), new PrintStream(err)))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("must be", "usage: token --id");
        assertThat(out.size()).isZero();
    }

    private static int status(RunningRegistry registry, String token) {
        return registry.send(HttpRequest.newBuilder(registry.url().resolve("/v1/services"))
                        .header("Authorization", "Bearer " + token)
                        .build())
                .statusCode();
    }

    private static String only(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group();
    }

    private static List<String> messages(Throwable error) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            messages.add(String.valueOf(cause.getMessage()));
        }
        return messages;
    }
}
