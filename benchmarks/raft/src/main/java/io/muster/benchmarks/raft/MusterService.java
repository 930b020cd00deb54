package io.muster.benchmarks.raft;

import io.muster.benchmarks.process.Servers;
import io.muster.quorum.cluster.LeaseCalls;
import io.muster.quorum.cluster.RegistryCluster;
import io.muster.quorum.cluster.RegistryNode;
import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Registries on the raft engine, called over their HTTP API. */
final class MusterService implements LeaseService {
    private static final long TTL_NANOS = Duration.ofSeconds(60).toNanos();

    private final RegistryCluster cluster;
    /** By the limit of a call: connections and threads of the HTTP client are shared, as etcd's are. */
    private final Map<Duration, LeaseCalls> calls = new ConcurrentHashMap<>();

    private MusterService(RegistryCluster cluster) {
        this.cluster = cluster;
    }

    /** Three nodes that answer and have a leader. */
    static MusterService start(Path root, Path folder) throws IOException, InterruptedException {
        RegistryCluster cluster = RegistryCluster.onLoopback(plan(root, folder), 3);
        try {
            cluster.start();
        } catch (IOException | InterruptedException e) {
            cluster.close();
            throw e;
        }
        return new MusterService(cluster);
    }

    /** One machine plays all clients, which would be more than a client may ask. */
    static RegistryCluster.Plan plan(Path root, Path folder) throws IOException {
        Path jar = Servers.executable(root, "registry-service");
        return new RegistryCluster.Plan(
                List.of("-jar", jar.toString()),
                folder,
                List.of("-Xmx256m", "-XX:+UseG1GC"),
                List.of(
                        "--muster.server.limits.requests-per-second=10000000",
                        "--muster.server.limits.connections-per-client=100000",
                        "--muster.server.limits.max-connections=100000",
                        "--muster.server.limits.streams-per-client=100000"));
    }

    @Override
    public String label() {
        return "muster";
    }

    @Override
    public int nodes() {
        return cluster.nodes().size();
    }

    @Override
    public int leader() throws IOException, InterruptedException {
        return cluster.nodes().indexOf(cluster.awaitLeader());
    }

    private RegistryNode node(int index) {
        return cluster.nodes().get(index);
    }

    @Override
    public void kill(int node) throws InterruptedException {
        node(node).kill();
    }

    @Override
    public void restart(int node) throws IOException, InterruptedException {
        node(node).start();
        node(node).awaitAnswer();
    }

    @Override
    public void pause(int node) throws IOException, InterruptedException {
        node(node).pause();
    }

    @Override
    public void resume(int node) throws IOException, InterruptedException {
        node(node).resume();
        node(node).awaitAnswer();
    }

    @Override
    public void close() {
        cluster.close();
    }

    @Override
    public Client client(int node, Duration limit) {
        return new ApiClient(node(node).uri(), calls.computeIfAbsent(limit, LeaseCalls::new));
    }

    private static final class ApiClient implements Client {
        private final URI node;
        private final LeaseCalls calls;

        ApiClient(URI node, LeaseCalls calls) {
            this.node = node;
            this.calls = calls;
        }

        @Override
        public Held acquire(String name) throws IOException, InterruptedException {
            Call acquire = new Call.Acquire("bench", UUID.randomUUID().toString(), TTL_NANOS);
            Answer answer = calls.send(node, name, acquire);
            if (answer instanceof Answer.Granted granted) {
                return new Held(name, granted.token());
            }
            throw new IOException("The acquisition of " + name + " ended with " + answer);
        }

        @Override
        public void renew(Held held) throws IOException, InterruptedException {
            done(held, new Call.Renew(held.token()));
        }

        @Override
        public void release(Held held) throws IOException, InterruptedException {
            done(held, new Call.Release(held.token()));
        }

        private void done(Held held, Call call) throws IOException, InterruptedException {
            Answer answer = calls.send(node, held.name(), call);
            if (!(answer instanceof Answer.Done)) {
                throw new IOException(call + " of " + held + " ended with " + answer);
            }
        }
    }
}
