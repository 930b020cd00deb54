package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.Headers;
import io.muster.registry.engine.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftRegistryTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String BODY = """
            {"process":"p1","host":"127.0.0.1","port":8080,"status":"UP"}""";

    @TempDir
    Path directory;

    private final List<RunningRegistry> nodes = new ArrayList<>();
    private String peers = "";

    @BeforeEach
    void startCluster() throws IOException {
        peers = peers();
        for (int i = 0; i < 3; i++) {
            nodes.add(start(i, "muster.server.raft.bootstrap=true"));
        }
        await().atMost(LIMIT)
                .until(() -> nodes.stream()
                        .allMatch(node -> node.context()
                                                .getBean(Engine.class)
                                                .view()
                                                .position()
                                                .epoch()
                                        != 0
                                && !node.context().getBean(Engine.class).view().stale()));
    }

    @AfterEach
    void stopCluster() {
        nodes.forEach(RunningRegistry::close);
    }

    @Test
    void whatIsRegisteredAtOneNodeIsFoundAtAllUnderOnePosition() {
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer = nodes.get(i).call("PUT", "/v1/services/orders/instances/a" + i, body(i));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        }
        await().atMost(LIMIT)
                .until(() -> nodes.stream()
                        .allMatch(node ->
                                node.context().getBean(Engine.class).view().size() == 3));
        assertThat(nodes.stream()
                        .map(node -> node.call("GET", "/v1/services/orders"))
                        .map(answer -> answer.headers().firstValue("ETag").orElseThrow() + answer.body())
                        .distinct())
                .hasSize(1);
        assertThat(nodes.get(0).call("GET", "/actuator/health").body())
                .contains("\"catalogue\"")
                .contains("\"term\"");
        assertThat(nodes.get(0).call("GET", "/actuator/prometheus").body()).contains("muster_server_raft_term");
    }

    @Test
    void theLossOfTheLeaderIsOutlivedAndThatOfAMajorityLeavesReads() {
        nodes.get(0).call("PUT", "/v1/services/orders/instances/a", body(0));
        RunningRegistry leader = nodes.stream()
                .filter(node -> node.context().getBean(Engine.class).hasAuthority())
                .findFirst()
                .orElseThrow();
        leader.close();
        nodes.remove(leader);
        await().atMost(LIMIT)
                .until(() -> nodes.get(0)
                                .call("PUT", "/v1/services/orders/instances/b", body(1))
                                .statusCode()
                        < 300);

        nodes.remove(1).close();
        RunningRegistry left = nodes.get(0);
        await().atMost(LIMIT)
                .until(() -> left.call("GET", "/v1/services/orders")
                        .headers()
                        .firstValue(Headers.STALE)
                        .isPresent());
        assertThat(left.call("GET", "/v1/services/orders").body())
                .contains("\"a\"")
                .contains("\"b\"");
        HttpResponse<String> refused = left.call("PUT", "/v1/services/orders/instances/c", body(2));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void settingsThatDoNotFitAreRefusedWithTheirNames() {
        assertThatThrownBy(() -> RunningRegistry.start("muster.server.engine=raft"))
                .hasStackTraceContaining("peers must name this node");
        assertThatThrownBy(() -> RunningRegistry.start(
                        "muster.server.engine=raft",
                        "muster.server.raft.id=n0",
                        "muster.server.raft.peers=" + peers,
                        "muster.server.raft.bind-address=0.0.0.0"))
                .hasStackTraceContaining("muster.server.raft.open-network");
    }

    private RunningRegistry start(int number, String... more) {
        List<String> properties = new ArrayList<>(List.of(
                "muster.server.engine=raft",
                "muster.server.raft.id=n" + number,
                "muster.server.raft.peers=" + peers,
                "muster.server.raft.election-timeout=300ms",
                "muster.server.raft.submit-timeout=3s",
                "muster.server.data-dir=" + directory.resolve("n" + number)));
        properties.addAll(List.of(more));
        return RunningRegistry.start(properties.toArray(String[]::new));
    }

    private static String body(int number) {
        return BODY.replace("8080", Integer.toString(8080 + number)).replace("p1", "p" + number);
    }

    private static String peers() throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        String found = held.stream()
                .map(socket -> "n" + held.indexOf(socket) + "=127.0.0.1:" + socket.getLocalPort())
                .collect(Collectors.joining(","));
        for (ServerSocket socket : held) {
            socket.close();
        }
        return found;
    }
}
