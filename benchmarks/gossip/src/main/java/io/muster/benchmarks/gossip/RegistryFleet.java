package io.muster.benchmarks.gossip;

import io.muster.benchmarks.http.Bytes;
import io.muster.benchmarks.http.EventStream;
import io.muster.benchmarks.http.HttpConnection;
import io.muster.benchmarks.http.LoadLoop;
import io.muster.benchmarks.http.Requests;
import io.muster.benchmarks.process.CpuMeter;
import io.muster.benchmarks.process.Servers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A registry, and instances that each have a connection for their heartbeats and a stream on which they watch all others. After it
 * is made, all runs on one loop.
 */
final class RegistryFleet {
    private static final int HEARTBEAT_MILLIS = 5000;
    /** Longer than a registry is warming after its start: at the end of that every watcher gets a snapshot. */
    private static final int WARM_UP_SECONDS = 20;
    private static final int HEAP_MEGABYTES = 256;
    private static final byte[] GENERATION = "\"generation\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final String SERVICE = "fleet";

    private final List<HttpConnection> connections;
    private final String[] generations;
    private int next;
    private int weight = 100;
    private long refused;

    /**
     * A registry and its clients together.
     *
     * @param bytes per second on the loopback, with headers
     * @param serverPercent CPU of the server, of a core
     * @param clientsPercent CPU of the process that plays the clients
     */
    record Load(double bytes, double serverPercent, double clientsPercent) {}

    /**
     * What was measured.
     *
     * @param steady while nothing changes
     * @param changing with one change each second
     */
    record Result(Load steady, Load changing) {}

    private RegistryFleet(List<HttpConnection> connections) {
        this.connections = connections;
        this.generations = new String[connections.size()];
    }

    static Result measure(Bench bench, int instances, int seconds) throws IOException, InterruptedException {
        Servers servers = new Servers(bench.root(), bench.results().resolve("logs/gossip"));
        try (Servers.Server server = servers.muster("registry-" + instances, HEAP_MEGABYTES);
                LoadLoop loop = LoadLoop.start()) {
            RegistryFleet fleet = new RegistryFleet(HttpConnection.open(loop, server.port(), instances));
            loop.run(fleet::register);
            fleet.awaitAll(loop);
            loop.run(() -> fleet.watch(loop, server.port()));
            var beating = loop.every(HEARTBEAT_MILLIS / instances, fleet::beat);
            TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
            Load steady = load(server, seconds);
            var changing = loop.every(TimeUnit.SECONDS.toMillis(1), fleet::change);
            TimeUnit.SECONDS.sleep(2);
            Load change = load(server, seconds);
            changing.cancel(false);
            beating.cancel(false);
            long refused = loop.call(() -> fleet.refused);
            if (refused > 0) {
                throw new IOException(refused + " requests to the registry were refused");
            }
            return new Result(steady, change);
        }
    }

    private static Load load(Servers.Server server, int seconds) throws IOException, InterruptedException {
        CpuMeter meter = CpuMeter.start(server.process());
        Traffic before = Traffic.here();
        TimeUnit.SECONDS.sleep(seconds);
        Traffic passed = Traffic.here().since(before);
        CpuMeter.Usage usage = meter.stop();
        return new Load(passed.bytes() / usage.seconds(), 100 * usage.server(), 100 * usage.own());
    }

    private static String id(int instance) {
        return SERVICE + ":8080:" + Integer.toHexString(0x10000000 + instance);
    }

    private static String path(int instance) {
        return "/v1/services/" + SERVICE + "/instances/" + id(instance);
    }

    private void register() {
        for (int i = 0; i < generations.length; i++) {
            int instance = i;
            String registration = "{\"process\":\"process-" + i + "\",\"host\":\"10.0." + (i >> 8) + "." + (i & 255)
                    + "\",\"port\":8080,\"secure\":false,\"status\":\"UP\",\"weight\":100,\"zone\":\"a\",\"metadata\":{}}";
            connections.get(i).send(Requests.of("PUT", path(i), registration), (status, body) -> {
                if (status == 201) {
                    generations[instance] = body.until(body.indexOf(GENERATION, 0) + GENERATION.length, '"');
                } else {
                    refused++;
                }
            });
        }
    }

    private void awaitAll(LoadLoop loop) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (loop.call(() ->
                        connections.stream().mapToInt(HttpConnection::waiting).sum())
                > 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("The registry did not take " + generations.length + " instances within 20 s");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        if (loop.call(() -> refused) > 0) {
            throw new IOException("The registry refused instances");
        }
    }

    private void watch(LoadLoop loop, int port) {
        for (int i = 0; i < generations.length; i++) {
            EventStream.open(loop, port, "/v1/watch?service=" + SERVICE, new EventStream.Listener() {
                @Override
                public void event(Bytes event) {
                    // A client would take it up.
                }

                @Override
                public void ended(int status) {
                    refused += status == 200 ? 0 : 1;
                }
            });
        }
    }

    private void beat() {
        int instance = next++ % generations.length;
        String heartbeat = "{\"instances\":[{\"namespace\":\"default\",\"service\":\"" + SERVICE + "\",\"id\":\""
                + id(instance) + "\",\"generation\":\"" + generations[instance] + "\"}]}";
        send(instance, Requests.of("POST", "/v1/heartbeats", heartbeat));
    }

    private void change() {
        int instance = weight % generations.length;
        weight = 50 + (weight + 1) % 100;
        send(
                instance,
                Requests.of(
                        "PATCH",
                        path(instance) + "?generation=" + generations[instance],
                        "{\"weight\":" + weight + "}"));
    }

    private void send(int instance, byte[] request) {
        connections.get(instance).send(request, (status, body) -> refused += status / 100 == 2 ? 0 : 1);
    }
}
