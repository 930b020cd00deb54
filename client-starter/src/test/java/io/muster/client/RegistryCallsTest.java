package io.muster.client;

import static io.muster.client.ScriptedRegistry.HANG;
import static io.muster.client.ScriptedStream.fast;
import static io.muster.client.ScriptedStream.impatient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.ProblemException;
import io.muster.api.ServiceList;
import io.muster.client.ScriptedRegistry.Answer;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class RegistryCallsTest {
    private static final Answer NO_SERVICES = Answer.json(200, "{\"namespace\":\"default\",\"services\":[]}");

    private final ScriptedRegistry one = new ScriptedRegistry();
    private final ScriptedRegistry two = new ScriptedRegistry();
    private final RegistryClient client = RegistryClient.create(fast(one.url(), two.url()));

    @AfterEach
    void close() {
        client.close();
        one.close();
        two.close();
    }

    @Test
    void asksTheNextNodeWhenOneIsNotAvailable() throws Exception {
        one.script(request -> Answer.of(503));
        two.script(request -> NO_SERVICES);
        assertThat(services().services()).isEmpty();
        assertThat(services().services()).isEmpty();
        assertThat(one.requests("GET", "/v1/services"))
                .as("it stays with the second")
                .hasSize(1);
    }

    @Test
    void asksTheNextNodeWhenOneHangs() throws Exception {
        one.script(request -> HANG);
        two.script(request -> NO_SERVICES);
        try (RegistryClient impatient = RegistryClient.create(impatient(one.url(), two.url()))) {
            assertThat(impatient.services().get(30, TimeUnit.SECONDS).namespace())
                    .isEqualTo("default");
        }
    }

    @Test
    void tellsTheRefusalOfANode() {
        one.script(request -> Answer.json(404, "{\"title\":\"Unknown\",\"status\":404,\"detail\":\"d\"}"));
        assertThatThrownBy(this::services)
                .hasCauseInstanceOf(ProblemException.class)
                .hasMessageContaining("404 Unknown");
        assertThat(two.requests("GET", "")).isEmpty();
    }

    @Test
    void tellsThatABodyCannotBeRead() {
        one.script(request -> Answer.json(200, "<html>"));
        assertThatThrownBy(this::services).hasCauseInstanceOf(ProblemException.class);
    }

    @Test
    void failsWhenNobodyAnswers() {
        one.close();
        two.close();
        assertThatThrownBy(this::services).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void tellsOnceThatTheUrlsBelongToDifferentRegistries(CapturedOutput output) throws Exception {
        Map<String, String> first = Map.of("X-Muster-Position", "1:5", "Content-Type", "application/json");
        Map<String, String> second = Map.of("X-Muster-Position", "2:5", "Content-Type", "application/json");
        one.script(request -> new Answer(200, first, NO_SERVICES.body()));
        two.script(request -> new Answer(200, second, NO_SERVICES.body()));
        services();
        one.script(request -> Answer.of(503));
        services();
        assertThat(output).doesNotContain("different registries");
        one.script(request -> new Answer(200, first, NO_SERVICES.body()));
        two.script(request -> Answer.of(503));
        services();
        assertThat(output).containsOnlyOnce("The configured URLs belong to different registries");
    }

    @Test
    void putsTheApiBehindAPathOfTheUrl() {
        assertThat(RegistryCalls.resolve(URI.create("http://h:1/base/"), "/v1/x?y=z"))
                .isEqualTo(URI.create("http://h:1/base/v1/x?y=z"));
        assertThat(RegistryCalls.resolve(URI.create("http://h"), "/v1")).isEqualTo(URI.create("http://h/v1"));
    }

    private ServiceList services() throws Exception {
        return client.services().get(50, TimeUnit.SECONDS);
    }
}
