package io.muster.benchmarks.lease;

import io.muster.benchmarks.process.JavaProcess;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link Worker} in a JVM of its own. Not thread-safe. */
final class WorkerProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final JavaProcess process;
    private final Writer hears;
    private final BlockingQueue<String> says = new LinkedBlockingQueue<>();

    private WorkerProcess(JavaProcess process) {
        this.process = process;
        this.hears = new BufferedWriter(process.process().outputWriter(StandardCharsets.UTF_8));
    }

    /** Starts one and waits until it is ready. */
    static WorkerProcess start(Path logs, Stack stack, Address address, String resource, String writer)
            throws IOException, InterruptedException {
        List<String> words = List.of(
                "worker",
                stack.name(),
                address.backend().name(),
                Integer.toString(address.port()),
                Integer.toString(address.service()),
                resource,
                writer);
        WorkerProcess started = new WorkerProcess(BenchProcess.start(resource + "-" + writer, logs, true, words));
        started.listen();
        try {
            String unused = started.expect("ready", LIMIT);
            return started;
        } catch (IOException | InterruptedException e) {
            started.close();
            throw e;
        }
    }

    /** Lets it ask for the lease until it has it; answers when it had it, nanoseconds of the machine's monotonic clock. */
    long take(Duration limit) throws IOException, InterruptedException {
        return Long.parseLong(ask("take " + limit.toMillis(), "taken ", limit.plus(LIMIT)));
    }

    /** Lets it write, and waits until some writes were accepted. */
    void loop() throws IOException, InterruptedException {
        String unused = ask("loop", "looping", LIMIT);
    }

    /** Ends its writing; answers how many writes ended how. */
    Map<String, Integer> stop() throws IOException, InterruptedException {
        return counts(ask("stop", "stopped", LIMIT));
    }

    /** Lets it write in a transaction that stays open. */
    void begin() throws IOException, InterruptedException {
        String unused = ask("begin", "begun", LIMIT);
    }

    /** Lets it commit; answers how that ended. */
    Map<String, Integer> commit() throws IOException, InterruptedException {
        return counts(ask("commit", "ended", LIMIT));
    }

    /** Stops it with SIGSTOP and waits until every thread of it has stopped. */
    void pause() throws IOException, InterruptedException {
        process.signal("STOP");
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        while (!ThreadStates.stopped(process.process().pid())) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "A thread of the worker still ran " + STOP_LIMIT.toSeconds() + " s after SIGSTOP");
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /**
     * Resumes it.
     *
     * @throws IOException when it was not stopped any more: what was seen meanwhile then says nothing
     */
    void resume() throws IOException, InterruptedException {
        if (!ThreadStates.stopped(process.process().pid())) {
            throw new IOException("The worker did not stay stopped until it was resumed");
        }
        process.signal("CONT");
    }

    /** {@code " accepted=7 SQLException=1"} as a map. */
    static Map<String, Integer> counts(String text) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String word : text.strip().split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                counts.put(word.substring(0, equals), Integer.valueOf(word.substring(equals + 1)));
            }
        }
        return counts;
    }

    private String ask(String command, String answer, Duration limit) throws IOException, InterruptedException {
        hears.write(command + "\n");
        hears.flush();
        return expect(answer, limit);
    }

    private String expect(String prefix, Duration limit) throws IOException, InterruptedException {
        String line = says.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null || !line.startsWith(prefix)) {
            throw new IOException("The worker said " + line + " instead of '" + prefix + "', see " + process.log());
        }
        return line.substring(prefix.length());
    }

    private void listen() {
        BufferedReader lines = process.process().inputReader(StandardCharsets.UTF_8);
        Thread listener = new Thread(() -> {
            try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    says.add(line);
                }
                says.add("nothing more");
            } catch (IOException | UncheckedIOException e) {
                says.add("nothing more: " + e);
            }
        });
        listener.setDaemon(true);
        listener.start();
    }

    @Override
    public void close() {
        try {
            // At once: a stopped process hears no other signal.
            process.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
