package io.muster.quorum.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.benchmarks.process.Network;
import io.muster.quorum.history.Verdict;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the tests of clusters share. */
final class TestClusters {
    static final Duration TTL = Duration.ofSeconds(2);
    static final Duration CALL_LIMIT = Duration.ofSeconds(2);
    static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How often each fault is inflicted. */
    static final int ROUNDS = Integer.getInteger("quorum.rounds", 1);

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final List<String> CLIENTS = List.of("client-starter", "lock-module", "spring-cloud");
    private static final String REGISTRY = "io.muster.registry.RegistryApplication";

    private TestClusters() {}

    /** Skips the test where nobody asked for clusters. */
    static void assumeWanted() {
        assumeTrue(
                Boolean.getBoolean("quorum.clusters"),
                "NOT TRIED: clusters of real processes are started with -Dquorum.clusters=true, or -Psoak for long");
    }

    static RegistryCluster onLoopback(String name, int nodes) throws IOException {
        return RegistryCluster.onLoopback(plan(name, REGISTRY), nodes);
    }

    static RegistryCluster in(Network network, String name, int nodes) throws IOException {
        return RegistryCluster.in(network, plan(name, REGISTRY), nodes);
    }

    static RegistryCluster.Plan plan(String name, String main, String... properties) {
        List<String> all = new ArrayList<>(List.of("--spring.main.banner-mode=off"));
        all.addAll(List.of(properties));
        return new RegistryCluster.Plan(
                List.of("-cp", classPath(), main),
                Path.of(System.getProperty("quorum.folder", "target/clusters"), name),
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                all);
    }

    /** Without what clients need: the starter would take the nodes for applications. */
    private static String classPath() {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> CLIENTS.stream().noneMatch(entry::contains))
                .collect(Collectors.joining(File.pathSeparator));
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
