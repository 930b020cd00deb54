package io.muster.benchmarks.raft;

import io.muster.benchmarks.report.Progress;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.quorum.cluster.LeaseCalls;
import io.muster.quorum.cluster.RegistryCluster;
import io.muster.quorum.cluster.RegistryNode;
import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One node after the other is ended with SIGTERM and started again, while clients look services up and use leases. */
final class RollingRestart {
    private static final int LOOKUP_CLIENTS = 4;
    private static final int LEASE_CLIENTS = 4;
    private static final long BETWEEN_SECONDS = 5;
    private static final long CALL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(1);
    private static final long TTL_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Path root;
    private final Path folder;
    private final Progress progress;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong longest = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();

    RollingRestart(Path root, Path folder, Progress progress) {
        this.root = root;
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * What came out.
     *
     * @param calls that were made
     * @param failed after the retries inside the client
     * @param longestSeconds the longest call, its retries included
     */
    record Result(long calls, long failed, double longestSeconds) {}

    Result run() throws IOException, InterruptedException {
        progress.say("rolling restart: three nodes, %d clients", LOOKUP_CLIENTS + LEASE_CLIENTS);
        try (RegistryCluster cluster = RegistryCluster.onLoopback(MusterService.plan(root, folder), 3)) {
            cluster.start();
            List<URI> urls = cluster.nodes().stream().map(RegistryNode::uri).toList();
            List<Thread> threads = new ArrayList<>();
            try (RegistryClient client = RegistryClient.create(ClientConfig.of(urls.toArray(URI[]::new)))) {
                client.start();
                for (int i = 0; i < LOOKUP_CLIENTS; i++) {
                    threads.add(new Thread(() -> lookUp(client), "look-up-" + i));
                }
                for (int i = 0; i < LEASE_CLIENTS; i++) {
                    LeaseUser user = new LeaseUser(urls, i);
                    threads.add(new Thread(user::run, "lease-user-" + i));
                }
                threads.forEach(Thread::start);
                restart(cluster);
                over.set(true);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
        }
        Result result = new Result(calls.get(), failed.get(), longest.get() / 1e9);
        progress.say(
                "rolling restart: %d of %d calls failed, the longest took %.2f s",
                result.failed(), result.calls(), result.longestSeconds());
        return result;
    }

    private void restart(RegistryCluster cluster) throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(BETWEEN_SECONDS);
        for (RegistryNode node : cluster.nodes()) {
            progress.say("rolling restart: %s", node);
            node.end();
            node.start();
            node.awaitAnswer();
            RegistryNode unused = cluster.awaitLeader();
            TimeUnit.SECONDS.sleep(BETWEEN_SECONDS);
        }
    }

    private void note(long from, boolean good) {
        calls.incrementAndGet();
        failed.addAndGet(good ? 0 : 1);
        longest.accumulateAndGet(System.nanoTime() - from, Math::max);
    }

    private void lookUp(RegistryClient client) {
        try {
            while (!over.get()) {
                long from = System.nanoTime();
                boolean good = true;
                try {
                    var unused = client.lookup("nobody").join();
                } catch (CompletionException e) {
                    progress.say("rolling restart: a look-up failed: %s", String.valueOf(e.getCause()));
                    good = false;
                }
                note(from, good);
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Repeats at another node what was refused or whose outcome is unknown, as the lease API makes safe. */
    private final class LeaseUser {
        private final List<URI> urls;
        private final String name;
        private final LeaseCalls leases = new LeaseCalls(ATTEMPT_LIMIT);
        private int node;

        LeaseUser(List<URI> urls, int number) {
            this.urls = urls;
            this.name = "rolling-" + number;
            this.node = number % urls.size();
        }

        void run() {
            try {
                while (!over.get()) {
                    Call acquire = new Call.Acquire(name, UUID.randomUUID().toString(), TTL_NANOS);
                    if (call(acquire) instanceof Answer.Granted granted) {
                        for (int i = 0; i < 5; i++) {
                            Answer unused = call(new Call.Renew(granted.token()));
                            TimeUnit.MILLISECONDS.sleep(10);
                        }
                        Answer unused = call(new Call.Release(granted.token()));
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private Answer call(Call call) throws InterruptedException {
            long from = System.nanoTime();
            boolean repeated = false;
            while (true) {
                Answer answer = leases.send(urls.get(node), name, call);
                boolean done = answer instanceof Answer.Granted || answer instanceof Answer.Done;
                boolean doneBefore = repeated && answer instanceof Answer.Gone && call instanceof Call.Release;
                if (done || doneBefore) {
                    note(from, true);
                    return answer;
                }
                boolean again = answer instanceof Answer.Refused || answer instanceof Answer.Unknown;
                if (!again || System.nanoTime() - from > CALL_LIMIT_NANOS) {
                    progress.say("rolling restart: %s ended with %s", call, answer);
                    note(from, false);
                    return answer;
                }
                repeated |= answer instanceof Answer.Unknown;
                node = (node + 1) % urls.size();
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }
}
