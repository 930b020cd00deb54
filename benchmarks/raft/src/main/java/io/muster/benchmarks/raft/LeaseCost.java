package io.muster.benchmarks.raft;

import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What acquiring, renewing and releasing cost, with clients spread over the nodes, each with one call on its way. */
final class LeaseCost {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_HELD = 20_000;

    private final Progress progress;
    private final int seconds;
    private int runs;

    LeaseCost(Progress progress, int seconds) {
        this.progress = progress;
        this.seconds = seconds;
    }

    /** What is measured. */
    enum Kind {
        ACQUIRE,
        RENEW,
        RELEASE
    }

    /**
     * What came out for a kind of call.
     *
     * @param perSecond calls answered well per second, by all clients
     * @param latencies of each
     */
    record Cost(double perSecond, Latencies latencies) {}

    /** Measures all kinds with so many clients. */
    Map<Kind, Cost> run(LeaseService service, int clients) throws IOException, InterruptedException {
        runs++;
        ExecutorService executor = Executors.newFixedThreadPool(clients);
        try {
            List<Worker> workers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                workers.add(new Worker(service.client(i % service.nodes(), LIMIT), "bench-" + runs + "-" + i + "-"));
            }
            Map<Kind, Cost> costs = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                costs.put(kind, measure(executor, workers, kind));
                Cost cost = costs.get(kind);
                progress.say(
                        "%s, %d clients, %s: %.0f/s, p50 %.1f ms, p99 %.1f ms",
                        service.label(),
                        clients,
                        kind.name().toLowerCase(Locale.ROOT),
                        cost.perSecond(),
                        cost.latencies().millis(0.5),
                        cost.latencies().millis(0.99));
            }
            return costs;
        } finally {
            executor.shutdownNow();
        }
    }

    private Cost measure(ExecutorService executor, List<Worker> workers, Kind kind)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(seconds);
        List<Future<Measured>> running = new ArrayList<>();
        for (Worker worker : workers) {
            Callable<Measured> task = () -> worker.run(kind, end);
            running.add(executor.submit(task));
        }
        Latencies latencies = new Latencies();
        long last = start + 1;
        for (Future<Measured> future : running) {
            try {
                Measured measured = future.get();
                measured.nanos.forEach(latencies::add);
                last = Math.max(last, measured.end);
            } catch (ExecutionException e) {
                throw new IOException("A client failed", e.getCause());
            }
        }
        return new Cost(latencies.size() * 1e9 / (last - start), latencies);
    }

    private record Measured(List<Long> nanos, long end) {}

    private static final class Worker {
        private final LeaseService.Client client;
        private final String prefix;
        private final ArrayDeque<LeaseService.Held> held = new ArrayDeque<>();
        private int names;

        Worker(LeaseService.Client client, String prefix) {
            this.client = client;
            this.prefix = prefix;
        }

        Measured run(Kind kind, long end) throws IOException, InterruptedException {
            List<Long> nanos = new ArrayList<>();
            long now = System.nanoTime();
            while (now < end && (kind == Kind.ACQUIRE ? held.size() < MAX_HELD : !held.isEmpty())) {
                call(kind);
                long after = System.nanoTime();
                nanos.add(after - now);
                now = after;
            }
            long last = now;
            // What is left would burden the next measurement.
            while (kind == Kind.RELEASE && !held.isEmpty()) {
                client.release(held.remove());
            }
            return new Measured(nanos, last);
        }

        private void call(Kind kind) throws IOException, InterruptedException {
            if (kind == Kind.ACQUIRE) {
                held.add(client.acquire(prefix + names++));
            } else if (kind == Kind.RENEW) {
                LeaseService.Held next = held.remove();
                client.renew(next);
                held.add(next);
            } else {
                client.release(held.remove());
            }
        }
    }
}
