package io.muster.benchmarks.raft;

import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** How long nobody is granted a lease when the leader is lost: from the signal to the first grant that was asked for after it. */
final class FailOver {
    private static final Duration CALL_LIMIT = Duration.ofMillis(500);
    private static final long GIVEN_UP_SECONDS = 30;

    private final Progress progress;
    private int names;

    FailOver(Progress progress) {
        this.progress = progress;
    }

    /** How the leader is lost. */
    enum Loss {
        KILL,
        STOP
    }

    /** Loses the leader so many times; one that nobody followed in 30 s never ends. */
    Latencies run(LeaseService service, Loss loss, int times) throws IOException, InterruptedException {
        Latencies latencies = new Latencies();
        for (int i = 0; i < times; i++) {
            awaitGrantsEverywhere(service);
            long nanos = once(service, loss);
            latencies.add(nanos);
            progress.say(
                    "%s, %s of the leader, %d of %d: %.2f s",
                    service.label(), loss == Loss.KILL ? "kill -9" : "SIGSTOP", i + 1, times, nanos / 1e9);
        }
        return latencies;
    }

    private long once(LeaseService service, Loss loss) throws IOException, InterruptedException {
        int leader = service.leader();
        AtomicLong lost = new AtomicLong(Long.MAX_VALUE);
        AtomicLong granted = new AtomicLong(Long.MAX_VALUE);
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(1);
        List<Thread> clients = new ArrayList<>();
        for (int node = 0; node < service.nodes(); node++) {
            if (node != leader) {
                LeaseService.Client client = service.client(node, CALL_LIMIT);
                String prefix = "fail-over-" + names++ + "-";
                Thread thread = new Thread(() -> probe(client, prefix, lost, granted, over, done), "probe-" + node);
                clients.add(thread);
                thread.start();
            }
        }
        try {
            TimeUnit.MILLISECONDS.sleep(500);
            long signalled = System.nanoTime();
            if (loss == Loss.KILL) {
                service.kill(leader);
            } else {
                service.pause(leader);
            }
            // What was asked before may still have come from the old leader.
            lost.set(System.nanoTime());
            boolean came = done.await(GIVEN_UP_SECONDS, TimeUnit.SECONDS);
            return came ? granted.get() - signalled : Long.MAX_VALUE;
        } finally {
            over.set(true);
            for (Thread thread : clients) {
                thread.join();
            }
            if (loss == Loss.KILL) {
                service.restart(leader);
            } else {
                service.resume(leader);
            }
        }
    }

    private static void probe(
            LeaseService.Client client,
            String prefix,
            AtomicLong lost,
            AtomicLong granted,
            AtomicBoolean over,
            CountDownLatch done) {
        try {
            for (int i = 0; !over.get(); i++) {
                long asked = System.nanoTime();
                try {
                    LeaseService.Held unused = client.acquire(prefix + i);
                    long now = System.nanoTime();
                    if (asked >= lost.get()) {
                        granted.accumulateAndGet(now, Math::min);
                        done.countDown();
                        return;
                    }
                } catch (IOException e) {
                    // That is what is measured.
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until each node grants, so that all take part again. */
    private void awaitGrantsEverywhere(LeaseService service) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVEN_UP_SECONDS);
        for (int node = 0; node < service.nodes(); node++) {
            LeaseService.Client client = service.client(node, Duration.ofSeconds(2));
            while (true) {
                try {
                    LeaseService.Held unused = client.acquire("healthy-" + names++);
                    break;
                } catch (IOException e) {
                    if (System.nanoTime() > deadline) {
                        throw new IOException(service.label() + " node " + node + " grants nothing", e);
                    }
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
        }
    }
}
