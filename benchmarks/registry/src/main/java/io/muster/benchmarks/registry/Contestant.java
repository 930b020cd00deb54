package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.HttpConnection;
import io.muster.benchmarks.http.LoadLoop;
import io.muster.benchmarks.process.Servers;
import io.muster.benchmarks.report.Latencies;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A registry under part (c): its server, its connections, its standing instances and what was measured of it. */
final class Contestant {
    private static final int RAMP_MILLIS = 200;
    private static final int MAX_WARM_UPS = 4;

    private final Dialect dialect;
    private final Servers.Server server;
    private final LoadLoop loop;
    private final Scale.Calls scale;
    private final List<HttpConnection> connections;
    private final HttpConnection renewals;
    private final Map<CallKind, List<Cost>> costs = new EnumMap<>(CallKind.class);
    private int nextNumber;
    private int unrenewed;

    Contestant(Dialect dialect, Servers.Server server, LoadLoop loop, Scale.Calls scale) throws IOException {
        this.dialect = dialect;
        this.server = server;
        this.loop = loop;
        this.scale = scale;
        this.connections = HttpConnection.open(loop, server.port(), scale.connections());
        this.renewals = HttpConnection.open(loop, server.port(), 1).get(0);
    }

    /** The three kinds of calls. */
    enum CallKind {
        LOOKUP,
        HEARTBEAT,
        REGISTRATION
    }

    /**
     * One window.
     *
     * @param cpuMicros of the server process per call
     * @param perSecond calls
     */
    record Cost(double cpuMicros, double perSecond) {}

    String name() {
        return dialect.name();
    }

    /** Registers the instances that stay, and keeps them. */
    void populate() throws InterruptedException {
        List<Call> calls = new ArrayList<>();
        for (; nextNumber < scale.services() * scale.perService(); nextNumber++) {
            calls.add(dialect.register(service(nextNumber), nextNumber));
        }
        ClosedLoop.all(loop, connections, "registrations", calls.iterator());
        var unused = loop.every(Scale.HEARTBEAT_MILLIS, this::renew);
    }

    private void renew() {
        for (Call call : dialect.renew(scale.services() * scale.perService())) {
            renewals.send(
                    call.request(), (status, body) -> unrenewed += call.check().isRight(status, body) ? 0 : 1);
        }
    }

    /** Runs one kind of call without measuring: for a while, and until there were enough for the server's compiler. */
    void warmUp(CallKind kind) throws InterruptedException {
        double calls = 0;
        for (int turn = 0; turn < MAX_WARM_UPS && calls < scale.warmUpCalls(); turn++) {
            calls += window(kind, scale.warmUpMillis()).perSecond() * scale.warmUpMillis() / 1000;
        }
    }

    /** Runs one kind of call for a window and keeps what it cost. */
    Cost measure(CallKind kind) throws InterruptedException {
        Cost cost = window(kind, scale.windowMillis());
        costs.computeIfAbsent(kind, k -> new ArrayList<>()).add(cost);
        return cost;
    }

    /** The median CPU time per call, in microseconds; NaN before the first measurement. */
    double cpuMicros(CallKind kind) {
        return Latencies.median(costs.getOrDefault(kind, List.of()).stream()
                .mapToDouble(Cost::cpuMicros)
                .toArray());
    }

    /** The median rate; NaN before the first measurement. */
    double perSecond(CallKind kind) {
        return Latencies.median(costs.getOrDefault(kind, List.of()).stream()
                .mapToDouble(Cost::perSecond)
                .toArray());
    }

    private Cost window(CallKind kind, int millis) throws InterruptedException {
        int firstNew = nextNumber;
        ClosedLoop calls = new ClosedLoop(loop, connections, calls(kind));
        calls.start();
        TimeUnit.MILLISECONDS.sleep(RAMP_MILLIS);
        long answered = calls.answered();
        long cpu = server.process().cpuNanos();
        long start = System.nanoTime();
        TimeUnit.MILLISECONDS.sleep(millis);
        answered = calls.answered() - answered;
        cpu = server.process().cpuNanos() - cpu;
        double seconds = (System.nanoTime() - start) / 1e9;
        calls.stop();
        if (calls.wrong() > 0 || unrenewed > 0) {
            throw new IllegalStateException(calls.wrong() + " of " + calls.answered() + " calls (" + kind + ") and "
                    + unrenewed + " renewals were not answered well by " + name());
        }
        if (kind == CallKind.REGISTRATION) {
            deregisterFrom(firstNew);
        }
        return new Cost(cpu / 1000.0 / answered, answered / seconds);
    }

    private Supplier<@Nullable Call> calls(CallKind kind) {
        int standing = scale.services() * scale.perService();
        return switch (kind) {
            case LOOKUP ->
                inTurn(IntStream.range(0, scale.services())
                        .mapToObj(service -> dialect.lookUp(service, scale.perService()))
                        .toList());
            case HEARTBEAT ->
                inTurn(IntStream.range(0, standing)
                        .mapToObj(number -> dialect.heartbeat(service(number), number))
                        .toList());
            case REGISTRATION -> () -> dialect.register(service(nextNumber), nextNumber++);
        };
    }

    private static Supplier<@Nullable Call> inTurn(List<Call> calls) {
        int[] next = {0};
        return () -> calls.get(next[0]++ % calls.size());
    }

    /** New instances come in new services, so that every service has at most {@code perService}. */
    private int service(int number) {
        return number / scale.perService();
    }

    private void deregisterFrom(int first) throws InterruptedException {
        List<Call> calls = IntStream.range(first, nextNumber)
                .mapToObj(number -> dialect.deregister(service(number), number))
                .toList();
        ClosedLoop.all(loop, connections, "deregistrations", calls.iterator());
    }
}
