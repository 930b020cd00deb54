package io.muster.quorum.cluster;

import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;
import io.muster.quorum.history.History;
import io.muster.quorum.history.LinearizabilityChecker;
import io.muster.quorum.history.Operation;
import io.muster.quorum.history.Verdict;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Clients that acquire, renew, inspect and release a few leases and write under their tokens, some of them although their lease
 * may be gone. Every call is in the histories. Thread-safe.
 */
public final class LeaseLoad implements AutoCloseable {
    private static final int MAX_CONFIGURATIONS = 1_000_000;
    private static final int MAX_OPERATIONS = 500_000;
    /** The nodes' clocks and the clients' are one machine's. */
    private static final double CLOCK_TOLERANCE = 0.005;

    private final double clockTolerance;
    private final Duration ttl;
    private final LeaseCalls calls;
    private final History leases = new History(MAX_OPERATIONS);
    private final History writes = new History(MAX_OPERATIONS);
    private final List<Guard> guards;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> problems = new ConcurrentLinkedQueue<>();
    private final SplittableRandom random;
    private final AtomicLong grants = new AtomicLong();
    private final AtomicLong lastGrant = new AtomicLong(Long.MIN_VALUE);
    private volatile boolean over;

    /**
     * Clients that do not run yet.
     *
     * @param seed of their choices
     * @param leaseCount how many leases they fight for
     * @param ttl of the leases
     * @param limit how long a call waits for its answer
     */
    public LeaseLoad(long seed, int leaseCount, Duration ttl, Duration limit) {
        this(seed, leaseCount, ttl, limit, CLOCK_TOLERANCE);
    }

    /**
     * Clients that do not run yet.
     *
     * @param seed of their choices
     * @param leaseCount how many leases they fight for
     * @param ttl of the leases
     * @param limit how long a call waits for its answer
     * @param clockTolerance by how much a node's clock may run faster than the clients', 0 to below 1
     */
    public LeaseLoad(long seed, int leaseCount, Duration ttl, Duration limit, double clockTolerance) {
        this.clockTolerance = clockTolerance;
        this.random = new SplittableRandom(seed);
        this.ttl = ttl;
        this.calls = new LeaseCalls(limit);
        this.guards = IntStream.range(0, leaseCount)
                // Nobody may have held them before, as far as the histories know.
                .mapToObj(i -> new Guard("lease-" + Long.toHexString(seed) + "-" + i, writes))
                .toList();
    }

    /** Starts clients that know only these nodes. */
    public synchronized void start(int count, List<URI> nodes) {
        for (int i = 0; i < count; i++) {
            int number = threads.size();
            Client client = new Client(number, List.copyOf(nodes), random.split());
            Thread thread = new Thread(client, "lease-client-" + number);
            threads.add(thread);
            thread.start();
        }
    }

    /** How many leases were granted so far. */
    public long grants() {
        return grants.get();
    }

    /** When the latest grant was asked for, by {@link System#nanoTime()}; {@link Long#MIN_VALUE} before the first. */
    public long lastGrant() {
        return lastGrant.get();
    }

    /** What the clients saw so far. */
    public History leases() {
        return leases;
    }

    /** Stops the clients and waits for them. */
    @Override
    public synchronized void close() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /**
     * The verdicts on what the clients saw, which must be closed.
     *
     * @throws IllegalStateException when a client met what it does not understand
     */
    public Map<String, Verdict> verdicts() {
        Throwable problem = problems.peek();
        if (problem != null) {
            throw new IllegalStateException(problems.size() + " clients failed", problem);
        }
        LinearizabilityChecker checker = new LinearizabilityChecker(MAX_CONFIGURATIONS);
        Map<String, Verdict> verdicts = new TreeMap<>(checker.leases(leases, clockTolerance));
        writes.byName().forEach((name, operations) -> verdicts.put("writes under " + name, checker.guard(operations)));
        return verdicts;
    }

    private final class Client implements Runnable {
        private final int number;
        private final List<URI> nodes;
        private final SplittableRandom choices;
        private int node;
        private int wishes;

        Client(int number, List<URI> nodes, SplittableRandom choices) {
            this.number = number;
            this.nodes = nodes;
            this.choices = choices;
            this.node = number % nodes.size();
        }

        @Override
        public void run() {
            try {
                while (!over) {
                    Guard guard = guards.get(choices.nextInt(guards.size()));
                    if (oneIn(4)) {
                        call(guard.name(), new Call.Inspect());
                    } else {
                        acquire(guard);
                    }
                    pause(5, 60);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                problems.add(e);
            }
        }

        private void acquire(Guard guard) throws InterruptedException {
            // New for each wish, so that an answer that names a holder names the wish.
            String wish = wish();
            Call.Acquire acquire = new Call.Acquire("client-" + number + "-" + ++wishes, wish, ttl.toNanos());
            for (int attempt = 0; attempt < 4 && !over; attempt++) {
                long asked = System.nanoTime();
                Answer answer = call(guard.name(), acquire);
                if (answer instanceof Answer.Granted granted) {
                    grants.incrementAndGet();
                    lastGrant.accumulateAndGet(asked, Math::max);
                    // Sometimes the answer is taken for lost.
                    if (oneIn(6)) {
                        call(guard.name(), acquire);
                    }
                    hold(guard, granted.token(), asked);
                    return;
                }
                if (!(answer instanceof Answer.Unknown)) {
                    return;
                }
            }
        }

        private void hold(Guard guard, long token, long asked) throws InterruptedException {
            long deadline = asked + ttl.toNanos();
            // One that does not look at its deadline, as a holder that was paused would not.
            boolean careless = oneIn(4);
            for (int round = choices.nextInt(6); round >= 0 && !over; round--) {
                if (careless || System.nanoTime() < deadline) {
                    guard.write(number, token);
                }
                if (oneIn(8)) {
                    pause((int) ttl.toMillis(), (int) ttl.toMillis());
                }
                long sent = System.nanoTime();
                Answer answer = call(guard.name(), new Call.Renew(token));
                if (answer instanceof Answer.Done) {
                    deadline = sent + ttl.toNanos();
                } else if (answer instanceof Answer.Gone && !careless) {
                    return;
                }
                pause(5, 40);
            }
            if (!oneIn(5)) {
                call(guard.name(), new Call.Release(token));
            }
        }

        private Answer call(String name, Call call) throws InterruptedException {
            long invoked = System.nanoTime();
            Answer answer = calls.send(nodes.get(node), name, call);
            leases.add(new Operation(number, name, call, answer, invoked, System.nanoTime()));
            if (answer instanceof Answer.Refused || answer instanceof Answer.Unknown) {
                node = (node + 1) % nodes.size();
                pause(20, 50);
            }
            return answer;
        }

        private String wish() {
            return new UUID(choices.nextLong(), choices.nextLong()).toString();
        }

        private boolean oneIn(int count) {
            return choices.nextInt(count) == 0;
        }

        private void pause(int least, int spread) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(least + choices.nextInt(spread));
        }
    }
}
