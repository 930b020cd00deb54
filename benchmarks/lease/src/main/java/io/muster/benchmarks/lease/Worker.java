package io.muster.benchmarks.lease;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that holds a lease and writes, told by lines on its input; each is answered by one line.
 *
 * <table>
 * <caption>What it is told</caption>
 * <tr><td>{@code take MILLIS}</td><td>asks for the lease until it has it; answers {@code taken NANOS} or {@code refused}</td></tr>
 * <tr><td>{@code loop}</td><td>writes every 10 ms; answers {@code looping} when some were accepted</td></tr>
 * <tr><td>{@code stop}</td><td>ends the loop; answers {@code stopped} and how the writes ended, as in {@code accepted=7}</td></tr>
 * <tr><td>{@code begin}</td><td>writes in a transaction; answers {@code begun}</td></tr>
 * <tr><td>{@code commit}</td><td>ends it; answers {@code ended} and how</td></tr>
 * </table>
 */
final class Worker {
    static final String ACCEPTED = "accepted";

    private static final int FIRST_WRITES = 6;
    private static final long PAUSE_NANOS = 10_000_000;
    private static final long ASK_AGAIN_NANOS = 50_000_000;

    private final Holder holder;
    private final String writer;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final CountDownLatch mayCommit = new CountDownLatch(1);
    private volatile boolean running;
    private Thread thread = new Thread(() -> {});

    private Worker(Holder holder, String writer) {
        this.holder = holder;
        this.writer = writer;
    }

    /** @param arguments stack, backend, port, the service's port or 0, resource, name of the writer */
    static void run(List<String> arguments) throws Exception {
        Address address = new Address(
                Backend.valueOf(arguments.get(1)),
                Integer.parseInt(arguments.get(2)),
                Integer.parseInt(arguments.get(3)));
        String writer = arguments.get(5);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Worker worker = new Worker(Stack.valueOf(arguments.get(0)).open(address, arguments.get(4), writer), writer);
        say("ready");
        worker.obey(lines);
    }

    private void obey(BufferedReader lines) throws Exception {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int space = line.indexOf(' ');
            switch (space < 0 ? line : line.substring(0, space)) {
                case "take" -> take(Long.parseLong(line.substring(space + 1)));
                case "loop" -> start(this::loop);
                case "stop" -> {
                    running = false;
                    thread.join();
                    say("stopped" + outcomes());
                }
                case "begin" -> start(this::transaction);
                case "commit" -> {
                    mayCommit.countDown();
                    thread.join();
                    say("ended" + outcomes());
                }
                default -> throw new IOException("unknown command: " + line);
            }
        }
    }

    private void take(long millis) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!holder.take()) {
            if (System.nanoTime() > deadline) {
                say("refused");
                return;
            }
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
        }
        say("taken " + System.nanoTime());
    }

    private void start(Runnable task) {
        running = true;
        thread = new Thread(() -> holder.work(task), "work");
        thread.setDaemon(true);
        thread.start();
    }

    private void loop() {
        List<Holder.Write> writes = holder.writes();
        for (int i = 0; running; i++) {
            Holder.Write write = writes.get(i % writes.size());
            note(() -> write.accept(new Entry(writer, System.nanoTime())));
            if (outcomes.getOrDefault(ACCEPTED, 0) == FIRST_WRITES && i == FIRST_WRITES - 1) {
                say("looping");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void transaction() {
        try {
            Holder.Commit commit = holder.begin(new Entry(writer, System.nanoTime()));
            say("begun");
            awaitCommand();
            note(commit);
        } catch (Exception e) {
            say("failed to begin: " + e);
        }
    }

    /** Whatever interrupts it: it is careless on purpose. */
    private void awaitCommand() {
        boolean told = false;
        while (!told) {
            try {
                mayCommit.await();
                told = true;
            } catch (InterruptedException e) {
                // Ignored, as work may do that does not know better.
            }
        }
    }

    /** Does something whatever interrupts there were, and counts how it ended. */
    private void note(Holder.Commit action) {
        boolean unused = Thread.interrupted();
        String outcome = ACCEPTED;
        try {
            action.run();
        } catch (Exception e) {
            outcome = e.getClass().getSimpleName();
        }
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private String outcomes() {
        StringBuilder text = new StringBuilder();
        outcomes.forEach(
                (outcome, count) -> text.append(' ').append(outcome).append('=').append(count));
        return text.toString();
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
