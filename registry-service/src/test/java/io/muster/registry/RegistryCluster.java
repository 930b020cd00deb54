package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.ClusterStatus;
import io.muster.api.JsonCodec;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Registries that are one cluster, on the loopback address. */
final class RegistryCluster implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(90);

    private final Path directory;
    private final Map<String, Integer> ports = new TreeMap<>();
    private final Map<String, RunningRegistry> nodes = new TreeMap<>();
    private final String peers;

    /** Starts n0, n1 and n2, which form it. */
    RegistryCluster(Path directory, String... properties) throws IOException {
        this.directory = directory;
        List<ServerSocket> held = new ArrayList<>();
        for (String id : List.of("n0", "n1", "n2", "n3")) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            ports.put(id, socket.getLocalPort());
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        this.peers = ports.keySet().stream()
                .filter(id -> !id.equals("n3"))
                .map(id -> id + "=" + address(id))
                .collect(Collectors.joining(","));
        List<String> formed = new ArrayList<>(List.of(properties));
        formed.add("muster.server.raft.bootstrap=true");
        for (String id : List.of("n0", "n1", "n2")) {
            start(id, peers, formed);
        }
        await().atMost(LIMIT).until(() -> nodes.values().stream().allMatch(RegistryCluster::serves));
    }

    private static boolean serves(RunningRegistry node) {
        View view = node.context().getBean(Engine.class).view();
        return view.position().epoch() != 0 && !view.stale();
    }

    /** Starts n3, which waits until it is added, and knows nobody. */
    void join(String... properties) {
        List<String> joining = new ArrayList<>(List.of(properties));
        joining.add("muster.server.raft.join=true");
        start("n3", "n3=" + address("n3"), joining);
    }

    private void start(String id, String named, List<String> more) {
        List<String> properties = new ArrayList<>(List.of(
                "muster.server.engine=raft",
                "muster.server.raft.id=" + id,
                "muster.server.raft.peers=" + named,
                "muster.server.raft.election-timeout=400ms",
                "muster.server.raft.submit-timeout=4s",
                "muster.server.lease.enabled=true",
                "muster.server.data-dir=" + directory.resolve(id)));
        properties.addAll(more);
        nodes.put(id, RunningRegistry.start(properties.toArray(String[]::new)));
    }

    String address(String id) {
        return "127.0.0.1:" + port(id);
    }

    /** Where its peers reach it. */
    int port(String id) {
        Integer port = ports.get(id);
        if (port == null) {
            throw new IllegalArgumentException("id must be one of " + ports.keySet() + " but was " + id);
        }
        return port;
    }

    RunningRegistry node(String id) {
        RunningRegistry node = nodes.get(id);
        if (node == null) {
            throw new IllegalArgumentException("id must be one of " + nodes.keySet() + " but was " + id);
        }
        return node;
    }

    void stop(String id) {
        node(id).close();
        nodes.remove(id);
    }

    ClusterStatus status(String id) {
        HttpResponse<String> answer = node(id).call("GET", "/v1/operator/cluster");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonCodec.server()
                .decode(answer.body().getBytes(StandardCharsets.UTF_8), ClusterStatus.class)
                .value();
    }

    /** Who leads the catalogue. */
    String leader(String asked) {
        return await().atMost(LIMIT)
                .until(
                        () -> status(asked).groups().stream()
                                .filter(group -> group.name().equals(RaftConfiguration.CATALOGUE_GROUP))
                                .map(ClusterStatus.Group::leader)
                                .findFirst()
                                .orElse(""),
                        id -> !id.isEmpty());
    }

    HttpResponse<String> add(String asked, String id) {
        return node(asked)
                .call(
                        "POST",
                        "/v1/operator/cluster/members",
                        "{\"id\":\"" + id + "\",\"address\":\"" + address(id) + "\"}");
    }

    @Override
    public void close() {
        nodes.values().forEach(RunningRegistry::close);
    }
}
