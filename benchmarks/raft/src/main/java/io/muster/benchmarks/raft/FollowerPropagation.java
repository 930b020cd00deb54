package io.muster.benchmarks.raft;

import io.muster.api.Instance;
import io.muster.api.ServiceSnapshot;
import io.muster.benchmarks.http.HttpConnection;
import io.muster.benchmarks.http.LoadLoop;
import io.muster.benchmarks.registry.ClosedLoop;
import io.muster.benchmarks.registry.Member;
import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Progress;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.lb.Endpoint;
import io.muster.lb.LoadBalancer;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Target;
import io.muster.quorum.cluster.RegistryCluster;
import io.muster.quorum.cluster.RegistryNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** From sending a change to a follower until a picker has it whose client watches another follower. */
final class FollowerPropagation {
    private static final int INSTANCES = 1000;
    private static final int SERVICES = 20;
    private static final int FIRST_WEIGHT = 101;
    private static final int WARM_UP = 40;
    private static final int PERIOD_MILLIS = 50;

    private final Path root;
    private final Path folder;
    private final Scale scale;
    private final Progress progress;
    private final ConcurrentHashMap<Integer, Long> seen = new ConcurrentHashMap<>();

    FollowerPropagation(Path root, Path folder, Scale scale, Progress progress) {
        this.root = root;
        this.folder = folder;
        this.scale = scale;
        this.progress = progress;
    }

    Latencies run() throws IOException, InterruptedException {
        progress.say("picker: %,d instances, a client at a follower", INSTANCES);
        List<Member> members = IntStream.range(0, INSTANCES)
                .mapToObj(i -> new Member("service-" + i % SERVICES, i))
                .toList();
        try (RegistryCluster cluster = RegistryCluster.onLoopback(MusterService.plan(root, folder), 3);
                LoadLoop loop = LoadLoop.start()) {
            cluster.start();
            List<HttpConnection> connections = new ArrayList<>();
            for (RegistryNode node : cluster.nodes()) {
                connections.addAll(HttpConnection.open(loop, node.httpPort(), 4));
            }
            ClosedLoop.all(
                    loop,
                    connections,
                    "registrations",
                    members.stream().map(Member::register).iterator());
            List<Member> beating = new ArrayList<>(members);
            byte[] first = Member.heartbeats(beating.subList(0, INSTANCES / 2));
            byte[] second = Member.heartbeats(beating.subList(INSTANCES / 2, INSTANCES));
            Future<?> heartbeats = loop.every(5000, () -> {
                connections.get(0).send(first, (status, body) -> {});
                connections.get(0).send(second, (status, body) -> {});
            });
            RegistryNode leader = cluster.awaitLeader();
            List<RegistryNode> followers =
                    cluster.nodes().stream().filter(node -> node != leader).toList();
            try (RegistryClient client =
                    RegistryClient.create(ClientConfig.of(followers.get(0).uri()))) {
                return follow(
                        client,
                        loop,
                        HttpConnection.open(loop, followers.get(1).httpPort(), 1)
                                .get(0),
                        members);
            } finally {
                heartbeats.cancel(false);
            }
        }
    }

    private Latencies follow(RegistryClient client, LoadLoop loop, HttpConnection connection, List<Member> members)
            throws InterruptedException {
        client.start();
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.powerOfTwoChoices());
        var view = client.view("service-0");
        var unused = view.onChange(snapshot -> changed(balancer, snapshot));
        var first = view.first().orTimeout(60, TimeUnit.SECONDS).join();
        progress.say("picker: the client holds %d instances", first.instances().size());
        Latencies latencies = new Latencies();
        for (int i = 0; i < WARM_UP + scale.changes(); i++) {
            int weight = FIRST_WEIGHT + i;
            Member member = members.get(i * SERVICES % INSTANCES);
            long sent = System.nanoTime();
            loop.run(() -> connection.send(member.changeWeight(weight), (status, body) -> {}));
            TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
            Long at = seen.get(weight);
            for (int wait = 0; at == null && wait < 200; wait++) {
                TimeUnit.MILLISECONDS.sleep(10);
                at = seen.get(weight);
            }
            if (i >= WARM_UP) {
                latencies.add(at == null ? Long.MAX_VALUE : at - sent);
            }
        }
        return latencies;
    }

    private void changed(LoadBalancer balancer, ServiceSnapshot snapshot) {
        balancer.update(snapshot.instances().stream()
                .filter(instance -> instance.status().takesRequests())
                .map(InstanceTarget::of)
                .toList());
        long now = System.nanoTime();
        for (Endpoint endpoint : balancer.snapshot().eligible()) {
            seen.putIfAbsent(endpoint.target().weight(), now);
        }
    }

    private record InstanceTarget(String id, String generation, int weight, String zone, Instance instance)
            implements Target {
        static InstanceTarget of(Instance instance) {
            return new InstanceTarget(
                    instance.id(), instance.generation().toString(), instance.weight(), instance.zone(), instance);
        }
    }
}
