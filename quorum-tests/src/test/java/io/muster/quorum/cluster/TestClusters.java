package io.muster.quorum.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.benchmarks.process.Network;
import io.muster.quorum.history.Verdict;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What the tests of clusters share. */
final class TestClusters {
    static final Duration TTL = Duration.ofSeconds(2);
    static final Duration CALL_LIMIT = Duration.ofSeconds(2);
    static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How often each fault is inflicted. */
    static final int ROUNDS = Integer.getInteger("quorum.rounds", 1);

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestClusters() {}

    /** Skips the test where nobody asked for clusters. */
    static void assumeWanted() {
        assumeTrue(
                Boolean.getBoolean("quorum.clusters"),
                "NOT TRIED: clusters of real processes are started with -Dquorum.clusters=true, or -Psoak for long");
    }

    static RegistryCluster onLoopback(String name, int nodes) throws IOException {
        return RegistryCluster.onLoopback(plan(name), nodes);
    }

    static RegistryCluster in(Network network, String name, int nodes) throws IOException {
        return RegistryCluster.in(network, plan(name), nodes);
    }

    private static RegistryCluster.Plan plan(String name) {
        return new RegistryCluster.Plan(
                List.of("-cp", System.getProperty("java.class.path"), "io.muster.registry.RegistryApplication"),
                Path.of(System.getProperty("quorum.folder", "target/clusters"), name),
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                List.of("--spring.main.banner-mode=off"));
    }

    static List<URI> urisOf(List<RegistryNode> nodes) {
        return nodes.stream().map(RegistryNode::uri).toList();
    }

    static HttpResponse<String> get(RegistryNode node, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node.uri().resolve(path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** All that the load's clients saw can be explained. */
    static void assertLinearizable(LeaseLoad load) {
        assertThat(load.grants()).as("grants").isPositive();
        assertThat(load.verdicts())
                .isNotEmpty()
                .allSatisfy((name, verdict) -> assertThat(verdict).as(name).matches(Verdict::linearizable));
    }
}
