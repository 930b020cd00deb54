package io.muster.benchmarks.gossip;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/** Nodes of one contestant, each a process. All times are those at which this process reads what a node says. */
final class Cluster implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration ALL_START_LIMIT = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 5;

    private final Path logs;
    private final Contestant contestant;
    private final List<Place> places;
    private final Views views;
    private final List<Program> programs = new ArrayList<>();
    private final AtomicLongArray startedAt;

    /**
     * A cluster that has not started.
     *
     * @param logs the folder of its logs
     */
    Cluster(Path logs, Contestant contestant, List<Place> places) {
        this.logs = logs;
        this.contestant = contestant;
        this.places = List.copyOf(places);
        this.views = new Views(places.size());
        this.startedAt = new AtomicLongArray(places.size());
    }

    /** Starts the seeds one by one, then the others without waiting for each other, and waits until all listen. */
    void start() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ALL_START_LIMIT.toNanos();
        for (int i = 0; i < places.size(); i++) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        contestant.name() + ": " + i + " nodes started within " + ALL_START_LIMIT.toSeconds() + " s");
            }
            start(i);
            if (i < Contestant.SEEDS) {
                awaitStart(i);
            }
            TimeUnit.NANOSECONDS.sleep(contestant.startPause().toNanos());
        }
        for (int i = 0; i < places.size(); i++) {
            awaitStart(i);
        }
    }

    /** When the last node that started listened, in nanoseconds. */
    long lastStart() {
        long last = Long.MIN_VALUE;
        for (int i = 0; i < places.size(); i++) {
            last = Math.max(last, startedAt.get(i));
        }
        return last;
    }

    /** When the first node after the seeds listened, in nanoseconds. */
    long firstStart() {
        long first = Long.MAX_VALUE;
        for (int i = Contestant.SEEDS; i < places.size(); i++) {
            first = Math.min(first, startedAt.get(i));
        }
        return first;
    }

    int size() {
        return places.size();
    }

    Views views() {
        return views;
    }

    Program program(int node) {
        return programs.get(node);
    }

    /** Ends a node with SIGKILL; when, in nanoseconds. */
    long kill(int node) {
        views.ended(node);
        long at = System.nanoTime();
        programs.get(node).kill();
        return at;
    }

    /** CPU used by all nodes so far, in seconds. */
    double cpuSeconds() {
        return programs.stream().mapToDouble(Program::cpuSeconds).sum();
    }

    /** Private memory of a node on average, in bytes. */
    double privateBytes() throws IOException {
        double sum = 0;
        for (Program program : programs) {
            sum += program.privateBytes();
        }
        return sum / programs.size();
    }

    private void start(int node) throws IOException {
        List<String> command = new ArrayList<>(places.get(node).prefix());
        command.addAll(contestant.command(node, places));
        views.started(node);
        programs.add(Program.start(contestant.name() + "-" + node, logs, command, line -> take(node, line)));
    }

    private void take(int node, String line) {
        long now = System.nanoTime();
        if (contestant.isStart(line)) {
            startedAt.compareAndSet(node, 0, now);
        }
        contestant.sighting(line).ifPresent(seen -> {
            if (seen.subject() < places.size()) {
                views.take(node, seen.sight(), seen.subject(), now);
            }
        });
    }

    private void awaitStart(int node) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (startedAt.get(node) == 0) {
            if (System.nanoTime() > deadline || !programs.get(node).isAlive()) {
                throw new IOException(contestant.name() + " n" + node + " does not start, see " + logs);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    @Override
    public void close() {
        programs.forEach(Program::kill);
        programs.forEach(Program::close);
    }
}
