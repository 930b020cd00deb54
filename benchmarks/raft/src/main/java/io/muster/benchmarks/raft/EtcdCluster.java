package io.muster.benchmarks.raft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.benchmarks.process.JavaProcess;
import io.muster.benchmarks.process.Servers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Three etcd with their defaults, called over their HTTP/JSON gateway. A lease is a lease of theirs and a key that did not exist.
 */
final class EtcdCluster implements LeaseService {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration STATUS_LIMIT = Duration.ofSeconds(1);
    private static final long LEADER_LIMIT_SECONDS = 60;
    private static final int TTL_SECONDS = 60;

    private final Path folder;
    private final List<Integer> clientPorts = new ArrayList<>();
    private final List<Integer> peerPorts = new ArrayList<>();
    private final List<JavaProcess> processes = new ArrayList<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(STATUS_LIMIT)
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private int starts;

    private EtcdCluster(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts them and waits until one leads.
     *
     * @throws IOException when the program is missing or does not come up
     */
    static EtcdCluster start(Path folder, int count) throws IOException, InterruptedException {
        EtcdCluster cluster = new EtcdCluster(folder);
        try {
            for (int i = 0; i < count; i++) {
                cluster.clientPorts.add(Servers.freePort());
                cluster.peerPorts.add(Servers.freePort());
            }
            for (int i = 0; i < count; i++) {
                cluster.processes.add(cluster.launch(i));
            }
            for (int i = 0; i < count; i++) {
                cluster.awaitHealthy(i);
            }
            int unused = cluster.leader();
        } catch (IOException | InterruptedException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private JavaProcess launch(int node) throws IOException {
        List<String> initial = new ArrayList<>();
        for (int i = 0; i < peerPorts.size(); i++) {
            initial.add("e" + i + "=http://127.0.0.1:" + peerPorts.get(i));
        }
        String client = "http://127.0.0.1:" + clientPorts.get(node);
        String peer = "http://127.0.0.1:" + peerPorts.get(node);
        starts++;
        return JavaProcess.startProgram(
                "etcd-" + node + "-" + starts,
                folder,
                List.of(
                        "etcd",
                        "--name=e" + node,
                        "--data-dir=" + folder.resolve("etcd-data-" + node),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=" + String.join(",", initial),
                        "--initial-cluster-state=new",
                        "--log-level=warn"));
    }

    private void awaitHealthy(int node) throws IOException, InterruptedException {
        processes.get(node).awaitAnswer(uri(node, "/health"), START_LIMIT);
    }

    private URI uri(int node, String path) {
        return URI.create("http://127.0.0.1:" + clientPorts.get(node) + path);
    }

    @Override
    public String label() {
        return "etcd";
    }

    @Override
    public int nodes() {
        return processes.size();
    }

    @Override
    public int leader() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LEADER_LIMIT_SECONDS);
        while (System.nanoTime() < deadline) {
            for (int node = 0; node < processes.size(); node++) {
                if (leads(node)) {
                    return node;
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IOException("No etcd leads after " + LEADER_LIMIT_SECONDS + " s");
    }

    private boolean leads(int node) throws InterruptedException {
        try {
            JsonNode status = post(node, "/v3/maintenance/status", "{}", STATUS_LIMIT);
            String leader = status.path("leader").asText();
            return !leader.isEmpty()
                    && leader.equals(status.path("header").path("member_id").asText());
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void kill(int node) throws InterruptedException {
        processes.get(node).kill();
    }

    @Override
    public void restart(int node) throws IOException, InterruptedException {
        processes.set(node, launch(node));
        awaitHealthy(node);
    }

    @Override
    public void pause(int node) throws IOException, InterruptedException {
        processes.get(node).signal("STOP");
    }

    @Override
    public void resume(int node) throws IOException, InterruptedException {
        processes.get(node).signal("CONT");
        awaitHealthy(node);
    }

    @Override
    public void close() {
        processes.forEach(JavaProcess::close);
    }

    @Override
    public Client client(int node, Duration limit) {
        return new GatewayClient(node, limit);
    }

    private JsonNode post(int node, String path, String body, Duration limit) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(node, path))
                .timeout(limit)
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException(path + " was answered " + answer.statusCode() + " "
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return json.readTree(answer.body());
    }

    private final class GatewayClient implements Client {
        private final int node;
        private final Duration limit;

        GatewayClient(int node, Duration limit) {
            this.node = node;
            this.limit = limit;
        }

        @Override
        public Held acquire(String name) throws IOException, InterruptedException {
            long lease = post(node, "/v3/lease/grant", "{\"TTL\":" + TTL_SECONDS + "}", limit)
                    .path("ID")
                    .asLong();
            String key = Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8));
            String transaction = "{\"compare\":[{\"target\":\"CREATE\",\"key\":\"" + key
                    + "\",\"create_revision\":\"0\"}],\"success\":[{\"request_put\":{\"key\":\"" + key
                    + "\",\"value\":\"" + key + "\",\"lease\":\"" + lease + "\"}}]}";
            if (!post(node, "/v3/kv/txn", transaction, limit).path("succeeded").asBoolean()) {
                throw new IOException(name + " is taken");
            }
            return new Held(name, lease);
        }

        @Override
        public void renew(Held held) throws IOException, InterruptedException {
            JsonNode kept = post(node, "/v3/lease/keepalive", "{\"ID\":\"" + held.token() + "\"}", limit);
            if (kept.path("result").path("TTL").asLong() <= 0) {
                throw new IOException(held + " is gone");
            }
        }

        @Override
        public void release(Held held) throws IOException, InterruptedException {
            JsonNode unused = post(node, "/v3/lease/revoke", "{\"ID\":\"" + held.token() + "\"}", limit);
        }
    }
}
