package io.muster.benchmarks.failures;

import io.muster.benchmarks.process.JavaProcess;
import io.muster.benchmarks.process.Servers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A registry, instances and callers of one stack, on ports of this machine. Not thread-safe. */
final class Rig implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";
    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final Stack stack;
    private final Path root;
    private final Path logs;
    private final String host;
    private final int port;
    private final List<String> registryProperties;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Callers> callers = new ArrayList<>();
    private final List<String> clientProperties;
    private @Nullable JavaProcess registry;
    private int starts;

    /**
     * @param name for the folder of the logs
     * @param host where the registry is reached
     * @param registryProperties of the registry, beyond its address and port
     * @param clientProperties of instances and callers, beyond where the registry is
     */
    Rig(
            String name,
            Stack stack,
            Path root,
            Path logs,
            String host,
            List<String> registryProperties,
            List<String> clientProperties)
            throws IOException {
        this.stack = stack;
        this.root = root;
        this.logs = Files.createDirectories(logs.resolve(name));
        this.host = host;
        this.port = Servers.freePort();
        this.registryProperties = List.copyOf(registryProperties);
        List<String> properties = new ArrayList<>(stack.client(host, port));
        properties.addAll(clientProperties);
        this.clientProperties = List.copyOf(properties);
    }

    /** On the loopback, with everything at its defaults. */
    static Rig plain(String name, Stack stack, Path root, Path logs) throws IOException {
        return new Rig(name, stack, root, logs, LOOPBACK, List.of("--server.address=" + LOOPBACK), List.of());
    }

    /** Starts the registry, for the first time or again, and waits until it answers. */
    void startRegistry() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-jar",
                Servers.executable(root, stack.registry()).toString(),
                "--server.port=" + port));
        arguments.addAll(registryProperties);
        starts++;
        registry = JavaProcess.start("registry-" + starts, logs, false, arguments);
        registry.awaitAnswer(uri(stack.health()), START_LIMIT);
    }

    JavaProcess registry() {
        if (registry == null) {
            throw new IllegalStateException("The registry was never started");
        }
        return registry;
    }

    URI uri(String path) {
        return URI.create("http://" + host + ":" + port + path);
    }

    Path logs() {
        return logs;
    }

    /** Adds an instance without starting it. */
    Node node(List<String> prefix, String address) throws IOException {
        List<String> properties = new ArrayList<>(clientProperties);
        properties.addAll(stack.instance());
        properties.add("--server.address=" + address);
        Node node = new Node(Servers.freePort(), Servers.executable(root, stack.calls()), logs, prefix, properties);
        nodes.add(node);
        return node;
    }

    /** Adds instances on the loopback, starts them one after the other and waits until they are ready. */
    void startNodes(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            Node node = node(List.of(), host);
            node.start();
            node.await("ready");
        }
    }

    List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** Starts clients and waits until they see the instances. */
    Callers startCallers(String name, Callers.Plan plan) throws IOException {
        List<Integer> ports = nodes.stream().map(Node::port).toList();
        Callers started = Callers.start(
                name, plan, stack, Servers.executable(root, stack.calls()), logs, ports, clientProperties);
        callers.add(started);
        return started;
    }

    @Override
    public void close() {
        callers.forEach(Callers::close);
        nodes.forEach(Node::close);
        if (registry != null) {
            registry.close();
        }
    }
}
