package io.muster.benchmarks.registry;

import io.muster.api.JsonCodec;
import io.muster.api.ServiceList;
import io.muster.benchmarks.http.HttpConnection;
import io.muster.benchmarks.http.LoadLoop;
import io.muster.benchmarks.http.Requests;
import io.muster.benchmarks.process.CpuMeter;
import io.muster.benchmarks.process.GcLog;
import io.muster.benchmarks.process.Servers;
import io.muster.benchmarks.process.ThreadTimes;
import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * Part (a): a large fleet as it lives. Every instance sends its own heartbeat, many keep a stream, some change. Time counts from
 * a change's answer to its last watcher, both seen by the thread that makes the load, so its own delays count too.
 */
final class SteadyState {
    private static final int MAX_HEAP_MEGABYTES = 512;
    private static final int RAMP_LIMIT_SECONDS = 90;
    private static final int STREAMS_PER_TICK = 10;
    private static final int STREAM_TICK_MILLIS = 40;

    private final Scale.Fleet scale;
    private final Servers servers;
    private final Progress progress;
    private final ChangeTimes times = new ChangeTimes();
    private final List<Member> members;
    private final List<StreamingMember> streams = new ArrayList<>();
    private final int[] watchers;

    SteadyState(Scale.Fleet scale, Servers servers, Progress progress) {
        this.scale = scale;
        this.servers = servers;
        this.progress = progress;
        this.watchers = new int[scale.services()];
        this.members = IntStream.range(0, scale.instances())
                .mapToObj(i -> new Member("service-" + i % scale.services(), i))
                .toList();
    }

    /**
     * What came out.
     *
     * @param toLastWatcher from a change's answer to its last watcher
     * @param incomplete changes that some watcher did not see
     * @param cpu of the server and of this process, which makes the load, while it was measured
     * @param collectorShare of the server's CPU
     * @param gc the server's heap from its start to its end
     * @param heartbeats answered well while it was measured
     * @param failedHeartbeats refused, broken, or of an instance that the registry did not know any more
     * @param acknowledgements answered while it was measured
     * @param endedStreams streams that did not last
     * @param up instances that take requests at the end
     */
    record Result(
            Latencies toLastWatcher,
            long incomplete,
            CpuMeter.Usage cpu,
            double collectorShare,
            GcLog gc,
            long heartbeats,
            long failedHeartbeats,
            long acknowledgements,
            long endedStreams,
            int up) {
        /** Whether the registry really carried the load: nobody was forgotten, nobody evicted, no stream lost. */
        boolean held(Scale.Fleet fleet) {
            double due = cpu.seconds() * fleet.instances() * 1000 / Scale.HEARTBEAT_MILLIS;
            return failedHeartbeats == 0 && endedStreams == 0 && up == fleet.instances() && heartbeats >= 0.98 * due;
        }
    }

    Result run() throws IOException, InterruptedException {
        progress.say("(a) steady state: %,d instances in %d services", scale.instances(), scale.services());
        try (Servers.Server server = servers.muster("muster-a", MAX_HEAP_MEGABYTES);
                LoadLoop loop = LoadLoop.start()) {
            List<HttpConnection> connections = new ArrayList<>();
            List<HttpConnection> others = HttpConnection.open(loop, server.port(), 64);
            HttpConnection batches = HttpConnection.open(loop, server.port(), 1).get(0);
            HeartbeatLoad heartbeats = new HeartbeatLoad(members, connections, batches);
            Future<?> batching = loop.every(Scale.HEARTBEAT_MILLIS, heartbeats::renewTheOthers);
            ClosedLoop.all(
                    loop,
                    others,
                    "registrations",
                    members.stream().map(Member::register).iterator());
            progress.say("(a) all registered; opening %,d streams", scale.streams());
            openStreams(loop, server, others);

            progress.say("(a) each instance takes to its own heartbeat");
            // Not before: the server closes a connection that nobody has used for a minute.
            connections.addAll(HttpConnection.open(loop, server.port(), scale.connections()));
            Future<?> beating = loop.every(HeartbeatLoad.tickMillis(), heartbeats);
            await(loop, "instances send their own heartbeats", members.size(), heartbeats::joined);
            batching.cancel(false);
            ChangeLoad changes = new ChangeLoad(members, others.subList(0, 4), times, this::watchersOf);
            Future<?> changing = loop.every(1000 / scale.changesPerSecond(), changes);
            progress.say("(a) full load; warming up for %d s", scale.warmUpSeconds());
            TimeUnit.SECONDS.sleep(scale.warmUpSeconds());
            Result result = measure(loop, server, heartbeats, changes, others.get(0));
            changing.cancel(false);
            beating.cancel(false);
            return result;
        }
    }

    private void openStreams(LoadLoop loop, Servers.Server server, List<HttpConnection> others)
            throws InterruptedException {
        int every = scale.instances() / scale.streams();
        for (int i = 0; i < scale.streams(); i++) {
            Member member = members.get(i * every + i % every);
            List<String> services = new ArrayList<>();
            for (int k = 0; k < scale.watched(); k++) {
                int service = (i * 7 + k * 61) % scale.services();
                watchers[service]++;
                services.add("service-" + service);
            }
            streams.add(new StreamingMember(loop, i, member, services, others.get(i % others.size()), times));
        }
        Iterator<StreamingMember> closed = streams.iterator();
        Future<?> opening = loop.every(STREAM_TICK_MILLIS, () -> {
            for (int i = 0; i < STREAMS_PER_TICK && closed.hasNext(); i++) {
                closed.next().open(server.port());
            }
        });
        await(loop, "streams hold their services", streams.size(), () ->
                (int) streams.stream().filter(StreamingMember::ready).count());
        opening.cancel(false);
    }

    /** Waits until all of them do; fails after a while. */
    private static void await(LoadLoop loop, String what, int all, Callable<Integer> count)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RAMP_LIMIT_SECONDS);
        int done = loop.call(count);
        while (done < all) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "After " + RAMP_LIMIT_SECONDS + " s only " + done + " of " + all + " " + what);
            }
            TimeUnit.MILLISECONDS.sleep(200);
            done = loop.call(count);
        }
    }

    private int watchersOf(Member member) {
        return watchers[Integer.parseInt(member.service().substring("service-".length()))];
    }

    private Result measure(
            LoadLoop loop,
            Servers.Server server,
            HeartbeatLoad heartbeats,
            ChangeLoad changes,
            HttpConnection connection)
            throws IOException, InterruptedException {
        CpuMeter meter = CpuMeter.start(server.process());
        ThreadTimes threads = server.process().threadTimes();
        long renewed = loop.call(heartbeats::renewed);
        long acknowledged = loop.call(this::acknowledgements);
        loop.run(() -> changes.measure(true));
        for (int left = scale.seconds(); left > 0; left -= Math.min(10, left)) {
            progress.say("(a) measuring, %d s to go", left);
            TimeUnit.SECONDS.sleep(Math.min(10, left));
        }
        loop.run(() -> changes.measure(false));
        CpuMeter.Usage cpu = meter.stop();
        double collector = server.process().threadTimes().collectorShareSince(threads);
        long renewedAfter = loop.call(heartbeats::renewed);
        long acknowledgedAfter = loop.call(this::acknowledgements);
        TimeUnit.SECONDS.sleep(2);
        int up = up(loop, connection);
        return loop.call(() -> new Result(
                times.toLastWatcher(),
                times.incomplete(),
                cpu,
                collector,
                GcLog.read(server.gcLog()),
                renewedAfter - renewed,
                heartbeats.failed(),
                acknowledgedAfter - acknowledged,
                streams.stream().filter(StreamingMember::ended).count(),
                up));
    }

    private long acknowledgements() {
        return streams.stream().mapToLong(StreamingMember::acknowledgements).sum();
    }

    private static int up(LoadLoop loop, HttpConnection connection) throws InterruptedException {
        CompletableFuture<String> list = new CompletableFuture<>();
        loop.run(() -> connection.send(
                Requests.of("GET", "/v1/services"),
                (status, body) -> list.complete(status == 200 ? body.toString() : "{}")));
        try {
            byte[] json = list.get(10, TimeUnit.SECONDS).getBytes(StandardCharsets.UTF_8);
            return JsonCodec.client().decode(json, ServiceList.class).value().services().stream()
                    .mapToInt(ServiceList.Entry::up)
                    .sum();
        } catch (ExecutionException | TimeoutException e) {
            return 0;
        }
    }
}
