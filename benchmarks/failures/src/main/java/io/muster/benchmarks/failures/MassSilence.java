package io.muster.benchmarks.failures;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.api.Heartbeats;
import io.muster.api.InstanceReference;
import io.muster.api.InstanceStatus;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.api.Registration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * 27 of 30 instances fall silent at once, three times: a hold ends by their heartbeats, by the operator, and by its limit. The
 * instances are ports of this process at which connections are accepted by the kernel and by nobody else.
 */
final class MassSilence {
    private static final String SERVICE = "silent";
    private static final int ALL = 30;
    private static final int SILENT = 27;
    private static final int HOLD_SECONDS = 20;
    private static final long HELD_WITHIN_SECONDS = 30;
    private static final String DEFAULT_NAMESPACE = "default";

    private final Bench bench;
    private final List<ServerSocket> sockets = new ArrayList<>();
    private final List<InstanceReference> references = new ArrayList<>();
    private volatile int beating = ALL;
    private int evictedWhileHeld;

    MassSilence(Bench bench) {
        this.bench = bench;
    }

    /**
     * What came out.
     *
     * @param evicted most instances that were not UP while eviction was held
     * @param ends how many of the three ways ended a hold as they should
     * @param places in how many of health, metrics and API a hold was said
     */
    record Result(int evicted, int ends, int places) {}

    Result run() throws IOException, InterruptedException {
        bench.say("mass silence: starting a registry and %d instances", ALL);
        List<String> properties =
                List.of("--server.address=" + Rig.LOOPBACK, "--muster.server.silence-hold=" + HOLD_SECONDS + "s");
        try (Rig rig =
                new Rig("silence", Stack.MUSTER, bench.root(), bench.logs(), Rig.LOOPBACK, properties, List.of())) {
            rig.startRegistry();
            Api api = new Api(rig);
            register(api);
            Thread beats = new Thread(() -> beat(api), "heartbeats");
            beats.setDaemon(true);
            beats.start();
            Bench.seconds(Bench.TTL_SECONDS + 2);
            try {
                return rounds(api);
            } finally {
                beats.interrupt();
                beats.join();
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private Result rounds(Api api) throws IOException, InterruptedException {
        int ends = 0;
        awaitHold(api);
        int places = places(api);
        observe(api, 6);
        beating = ALL;
        ends += ended(api, 10) && awaitCount(api, "UP", ALL, 10) ? 1 : 0;
        bench.say("mass silence: held, said in %d places, ended by heartbeats: %b", places, ends == 1);

        awaitHold(api);
        api.json("DELETE", "/v1/operator/silence?namespace=" + DEFAULT_NAMESPACE, "");
        boolean agreed = awaitCount(api, "DOWN", SILENT, 10);
        ends += agreed ? 1 : 0;
        bench.say("mass silence: ended by the operator: %b", agreed);
        beating = ALL;
        if (!awaitCount(api, "UP", ALL, 30)) {
            throw new IOException("Heartbeats did not bring the instances back");
        }
        Bench.seconds(Bench.TTL_SECONDS);

        awaitHold(api);
        long held = System.nanoTime();
        observe(api, HOLD_SECONDS - 3);
        boolean over = awaitCount(api, "DOWN", SILENT, 15);
        double seconds = Bench.toSeconds(System.nanoTime() - held);
        ends += over ? 1 : 0;
        bench.say("mass silence: ended by its limit: %b, after %.1f s", over, seconds);
        return new Result(evictedWhileHeld, ends, places);
    }

    private void register(Api api) throws IOException, InterruptedException {
        for (int i = 0; i < ALL; i++) {
            ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            String id = "silent-" + i;
            Registration registration = Registration.of("process-" + i, Rig.LOOPBACK, socket.getLocalPort())
                    .withStatus(InstanceStatus.UP);
            JsonNode registered = api.json(
                    "PUT",
                    "/v1/services/" + SERVICE + "/instances/" + id,
                    new String(JsonCodec.client().encode(registration), StandardCharsets.UTF_8));
            Position generation =
                    Position.parse("generation", registered.get("generation").asText());
            references.add(new InstanceReference(DEFAULT_NAMESPACE, SERVICE, id, generation));
        }
    }

    private void beat(Api api) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Heartbeats heartbeats = new Heartbeats(references.subList(0, beating));
                api.json(
                        "POST",
                        "/v1/heartbeats",
                        new String(JsonCodec.client().encode(heartbeats), StandardCharsets.UTF_8));
                TimeUnit.SECONDS.sleep(2);
            } catch (IOException e) {
                bench.say("mass silence: a heartbeat failed: %s", e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void awaitHold(Api api) throws IOException, InterruptedException {
        beating = ALL - SILENT;
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(HELD_WITHIN_SECONDS);
        while (!held(api)) {
            if (System.nanoTime() > limit) {
                throw new IOException("Eviction is not held");
            }
            note(api);
            TimeUnit.MILLISECONDS.sleep(100);
        }
        note(api);
    }

    private static boolean held(Api api) throws IOException, InterruptedException {
        return !api.get("/v1/operator/silence").get("holds").isEmpty();
    }

    private static int places(Api api) throws IOException, InterruptedException {
        int places = held(api) ? 1 : 0;
        places += api.get("/actuator/health").toString().contains("evictionHeld") ? 1 : 0;
        String meters = api.call("GET", "/actuator/prometheus", "").body();
        places += meters.lines().anyMatch(line -> line.equals("muster_server_eviction_held " + SILENT + ".0")) ? 1 : 0;
        return places;
    }

    private void observe(Api api, long seconds) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            note(api);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void note(Api api) throws IOException, InterruptedException {
        evictedWhileHeld = Math.max(evictedWhileHeld, ALL - api.count(SERVICE, "UP"));
    }

    private static boolean ended(Api api, long seconds) throws IOException, InterruptedException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (held(api)) {
            if (System.nanoTime() > limit) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return true;
    }

    private static boolean awaitCount(Api api, String status, int count, long seconds)
            throws IOException, InterruptedException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (api.count(SERVICE, status) != count) {
            if (System.nanoTime() > limit) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return true;
    }
}
