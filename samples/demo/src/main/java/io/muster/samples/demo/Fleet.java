package io.muster.samples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All processes of the demo. Whatever happens to the demo itself, {@link #killAll()} ends them. Thread-safe. */
final class Fleet {
    private final Path root;
    private final Path logs;
    private final List<Service> services = new CopyOnWriteArrayList<>();
    private volatile String registryUrl = "";

    /** @param root the folder of the project, already built */
    Fleet(Path root) {
        this.root = root;
        this.logs = root.resolve("target/demo");
    }

    Service registry(int port) throws IOException {
        Files.createDirectories(logs);
        registryUrl = "http://127.0.0.1:" + port;
        return start(new Service(
                "registry",
                jar("registry-service", "muster-registry-service"),
                port,
                logs,
                List.of("--muster.server.data-dir=")));
    }

    Service inventory(int port) throws IOException {
        return start(
                new Service("inventory", jar("samples/inventory", "muster-sample-inventory"), port, logs, arguments()));
    }

    Service orders(int port) throws IOException {
        return start(new Service("orders", jar("samples/orders", "muster-sample-orders"), port, logs, arguments()));
    }

    private List<String> arguments() {
        // Nothing is to be left behind in the home of whoever looks at the demo.
        return List.of("--muster.registry.urls=" + registryUrl, "--muster.registry.view-file=");
    }

    private Service start(Service service) throws IOException {
        services.add(service);
        service.start();
        return service;
    }

    private Path jar(String folder, String artifact) throws IOException {
        try (var files = Files.newDirectoryStream(root.resolve(folder).resolve("target"), artifact + "-*-exec.jar")) {
            for (Path file : files) {
                return file;
            }
        }
        throw new IOException("No " + artifact + "-*-exec.jar below " + folder + "/target: build the project first");
    }

    /** Ends all: asks, waits, then kills; false when one of them still runs. */
    boolean stopAll() throws InterruptedException {
        for (int i = services.size() - 1; i >= 0; i--) {
            services.get(i).stop();
        }
        boolean ended = true;
        for (Service service : services) {
            if (!service.awaitEnd(6)) {
                service.kill();
                ended &= service.awaitEnd(5);
            }
        }
        return ended;
    }

    /** Kills all at once. */
    void killAll() {
        services.forEach(Service::kill);
    }

    /** The processes that ended though nobody ended them, other than {@code killed}. */
    List<Service> fallen(List<Service> killed) {
        return services.stream()
                .filter(service -> !service.running() && !killed.contains(service))
                .toList();
    }

    Path logs() {
        return logs;
    }
}
