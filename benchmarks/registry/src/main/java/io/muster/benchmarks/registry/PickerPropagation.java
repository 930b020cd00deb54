package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.HttpConnection;
import io.muster.benchmarks.http.LoadLoop;
import io.muster.benchmarks.process.CpuMeter;
import io.muster.benchmarks.process.JavaProcess;
import io.muster.benchmarks.process.Servers;
import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Part (b): from the change to the picker having it, with clients of the starter's core in a process of their own. Both processes
 * read {@link System#nanoTime()}, which on Linux is the machine's one monotonic clock.
 */
final class PickerPropagation {
    private static final int MAX_HEAP_MEGABYTES = 512;

    private final Scale.Pickers scale;
    private final Servers servers;
    private final Progress progress;
    private final List<Member> members;

    PickerPropagation(Scale.Pickers scale, Servers servers, Progress progress) {
        this.scale = scale;
        this.servers = servers;
        this.progress = progress;
        this.members = IntStream.range(0, scale.instances())
                .mapToObj(i -> new Member("service-" + i % scale.services(), i))
                .toList();
    }

    /**
     * What came out.
     *
     * @param toPicker from a change's answer to one picker that balances over its service; never for those that did not see it
     * @param toLastPicker from a change's answer to the last of these pickers
     * @param serverCpu of the registry while it was measured
     * @param clientsCpu of the clients' process meanwhile
     */
    record Result(Latencies toPicker, Latencies toLastPicker, CpuMeter.Usage serverCpu, CpuMeter.Usage clientsCpu) {}

    Result run() throws IOException, InterruptedException {
        progress.say(
                "(b) pickers: %d clients of the starter's core, %,d instances", scale.clients(), scale.instances());
        try (Servers.Server server = servers.muster("muster-b", MAX_HEAP_MEGABYTES);
                LoadLoop loop = LoadLoop.start()) {
            List<HttpConnection> connections = HttpConnection.open(loop, server.port(), 32);
            ClosedLoop.all(
                    loop,
                    connections,
                    "registrations",
                    members.stream().map(Member::register).iterator());
            HeartbeatLoad heartbeats = new HeartbeatLoad(members, connections, connections.get(0));
            Future<?> beating = loop.every(HeartbeatLoad.tickMillis(), heartbeats);
            try (JavaProcess probe = servers.again("pickers", arguments(server));
                    BufferedReader says = new BufferedReader(
                            new InputStreamReader(probe.process().getInputStream(), StandardCharsets.UTF_8))) {
                String ready = says.readLine();
                if (!"ready".equals(ready)) {
                    throw new IOException("The clients did not get ready, see " + probe.log());
                }
                return change(loop, connections, server, probe, says);
            } finally {
                beating.cancel(false);
            }
        }
    }

    private List<String> arguments(Servers.Server server) {
        return List.of(
                "pickers",
                "http://127.0.0.1:" + server.port(),
                Integer.toString(scale.clients()),
                Integer.toString(scale.services()),
                Integer.toString(scale.watched()));
    }

    private Result change(
            LoadLoop loop,
            List<HttpConnection> connections,
            Servers.Server server,
            JavaProcess probe,
            BufferedReader says)
            throws IOException, InterruptedException {
        ChangeTimes times = new ChangeTimes();
        ChangeLoad changes = new ChangeLoad(members, connections, times, this::watchersOf);
        Future<?> changing = loop.every(1000 / scale.changesPerSecond(), changes);
        progress.say("(b) clients are ready; warming up for %d s", scale.warmUpSeconds());
        TimeUnit.SECONDS.sleep(scale.warmUpSeconds());
        CpuMeter serverMeter = CpuMeter.start(server.process());
        CpuMeter clientsMeter = CpuMeter.start(probe);
        loop.run(() -> changes.measure(true));
        progress.say("(b) measuring for %d s", scale.seconds());
        TimeUnit.SECONDS.sleep(scale.seconds());
        loop.run(() -> changes.measure(false));
        CpuMeter.Usage serverCpu = serverMeter.stop();
        CpuMeter.Usage clientsCpu = clientsMeter.stop();
        TimeUnit.SECONDS.sleep(1);
        loop.run(() -> changing.cancel(false));
        TimeUnit.SECONDS.sleep(1);
        collect(probe, says, times);
        return new Result(times.toWatchers(), times.toLastWatcher(), serverCpu, clientsCpu);
    }

    /** How many clients balance over the member's service. */
    private int watchersOf(Member member) {
        int count = 0;
        for (int client = 0; client < scale.clients(); client++) {
            for (int k = 0; k < scale.watched(); k++) {
                if (PickerProbe.serviceOf(client, k, scale.services()).equals(member.service())) {
                    count++;
                }
            }
        }
        return count;
    }

    private static void collect(JavaProcess probe, BufferedReader says, ChangeTimes times) throws IOException {
        OutputStream input = probe.process().getOutputStream();
        input.write('\n');
        input.flush();
        for (String line = says.readLine(); !"end".equals(line); line = says.readLine()) {
            if (line == null) {
                throw new IOException("The clients ended too early, see " + probe.log());
            }
            String[] parts = line.split(" ", -1);
            times.seen(Integer.parseInt(parts[1]), Integer.parseInt(parts[0]), Long.parseLong(parts[2]));
        }
    }
}
