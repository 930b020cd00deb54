package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.ClusterStatus;
import io.muster.registry.engine.Engine;
import io.muster.registry.replication.Replication;
import io.muster.registry.replication.Standing;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterOperationsTest {
    private static final String BODY = """
            {"process":"p1","host":"127.0.0.1","port":8080,"status":"UP"}""";

    @TempDir
    Path directory;

    @Test
    void nodesAreAddedAndRemovedAndMadeLeaderByCalls() throws IOException {
        try (RegistryCluster cluster = new RegistryCluster(directory)) {
            assertThat(cluster.node("n0")
                            .call("PUT", "/v1/services/orders/instances/a", BODY)
                            .statusCode())
                    .isEqualTo(201);
            assertThat(cluster.add("n0", "n3").statusCode())
                    .as("it is not there")
                    .isEqualTo(503);
            cluster.join();
            assertThat(cluster.node("n3").call("GET", "/actuator/health").body())
                    .contains("waits until a member of the cluster adds it");

            HttpResponse<String> added = cluster.add("n1", "n3");
            assertThat(added.statusCode()).as(added.body()).isEqualTo(200);
            assertThat(added.body()).contains("\"n3\"").contains("\"settled\":true");
            await().atMost(RegistryCluster.LIMIT)
                    .until(() -> cluster.node("n3")
                                    .context()
                                    .getBean(Engine.class)
                                    .view()
                                    .size()
                            == 1);

            HttpResponse<String> led =
                    cluster.node("n1").call("POST", "/v1/operator/cluster/leader", "{\"id\":\"n3\"}");
            assertThat(led.statusCode()).as(led.body()).isEqualTo(200);
            ClusterStatus status = cluster.status("n2");
            assertThat(status.groups()).extracting(ClusterStatus.Group::leader).containsExactly("n3", "n3");
            assertThat(status.groups())
                    .allSatisfy(group -> assertThat(group.members())
                            .hasSize(4)
                            .allSatisfy(member -> assertThat(member.lag()).isNotNull()));

            HttpResponse<String> removed = cluster.node("n0").call("DELETE", "/v1/operator/cluster/members/n3");
            assertThat(removed.statusCode()).as(removed.body()).isEqualTo(204);
            assertThat(cluster.node("n0")
                            .call("DELETE", "/v1/operator/cluster/members/n3")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(cluster.status("n0").groups())
                    .allSatisfy(group -> assertThat(group.members()).hasSize(3));
            await().atMost(RegistryCluster.LIMIT)
                    .until(() -> cluster.node("n3")
                            .call("GET", "/actuator/health")
                            .body()
                            .contains("removed from the cluster"));
            assertThat(cluster.node("n1")
                            .call("PUT", "/v1/services/orders/instances/b", BODY.replace("8080", "8081"))
                            .statusCode())
                    .isEqualTo(201);
        }
    }

    @Test
    void whatAnOperatorAsksForIsCheckedAndShown() throws IOException {
        try (RegistryCluster cluster = new RegistryCluster(directory)) {
            RunningRegistry node = cluster.node("n0");
            HttpResponse<String> bad =
                    node.call("POST", "/v1/operator/cluster/members", "{\"id\":\"n3\",\"address\":\"nowhere\"}");
            assertThat(bad.statusCode()).isEqualTo(400);
            assertThat(bad.body()).contains("\"field\":\"address\"").contains("nowhere");
            HttpResponse<String> other =
                    node.call("POST", "/v1/operator/cluster/members", "{\"id\":\"n1\",\"address\":\"127.0.0.1:1\"}");
            assertThat(other.statusCode()).isEqualTo(409);
            assertThat(other.body()).contains("remove it first");
            assertThat(node.call("POST", "/v1/operator/cluster/leader", "{\"id\":\"n9\"}")
                            .statusCode())
                    .isEqualTo(404);

            assertThat(node.call("GET", "/actuator/muster").body())
                    .contains("\"term\"")
                    .contains("\"leader\"")
                    .contains("\"lag\"")
                    .contains(cluster.address("n2"))
                    .contains("\"failure\":\"\"");
            assertThat(node.call("GET", "/actuator/health").body()).contains("n2=" + cluster.address("n2"));
            assertThat(node.call("GET", "/actuator/prometheus").body())
                    .contains("muster_server_raft_members{group=\"leases\"} 3.0")
                    .contains("muster_server_raft_settled 1.0");
        }
    }

    @Test
    void whoeverLeadsHandsThatOverBeforeItCloses() throws IOException {
        try (RegistryCluster cluster = new RegistryCluster(directory)) {
            String leader = cluster.leader("n0");
            String other = leader.equals("n0") ? "n1" : "n0";
            HttpResponse<String> led =
                    cluster.node(other).call("POST", "/v1/operator/cluster/leader", "{\"id\":\"" + leader + "\"}");
            assertThat(led.statusCode()).as(led.body()).isEqualTo(200);
            Replication left = cluster.node(other).context().getBean(Replication.class);
            List<Long> terms =
                    left.standings().values().stream().map(Standing::term).toList();

            // What a signal to stop begins with; the node is not closed yet.
            cluster.node(leader).context().stop();
            assertThat(cluster.node(leader)
                            .context()
                            .getBean(Replication.class)
                            .standings()
                            .values())
                    .allSatisfy(standing -> assertThat(standing.role()).isEqualTo(Standing.Role.FOLLOWER));
            cluster.stop(leader);
            // Whoever hands over waits until another one leads; that one's word is on its way at most.
            await().atMost(RegistryCluster.LIMIT)
                    .until(() -> left.standings().values().stream()
                            .noneMatch(standing -> standing.leader().isEmpty()
                                    || standing.leader().equals(leader)));
            assertThat(left.standings().values().stream().map(Standing::term))
                    .as("one election in each group, and nobody had to try again")
                    .containsExactlyElementsOf(
                            terms.stream().map(term -> term + 1).toList());
            assertThat(cluster.node(other)
                            .call("PUT", "/v1/services/orders/instances/a", BODY)
                            .statusCode())
                    .isEqualTo(201);
        }
    }

    @Test
    void aRegistryThatIsNoClusterSaysSo() {
        try (RunningRegistry registry = RunningRegistry.start()) {
            HttpResponse<String> answer = registry.call("GET", "/v1/operator/cluster");
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("muster.server.engine is not raft");
            assertThat(registry.call("GET", "/actuator/muster").body()).contains("\"position\"");
        }
    }
}
