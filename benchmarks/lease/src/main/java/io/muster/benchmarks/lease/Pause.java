package io.muster.benchmarks.lease;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A process holds a lease and writes, is stopped with SIGSTOP until another one holds the lease and writes, is resumed, and
 * writes on without asking; or it is stopped within a transaction, between its guard and its commit.
 */
final class Pause {
    private static final String HOLDER = "holder";
    private static final String SUCCESSOR = "successor";
    private static final Duration TAKE_OVER = Duration.ofSeconds(20);

    private final Bench bench;
    private final Set<Backend> backends;

    /** @param backends to try, of those that have started */
    Pause(Bench bench, Set<Backend> backends) {
        this.bench = bench;
        this.backends = backends;
    }

    /** A stack over a backend that is tried. */
    record Trial(Stack stack, Backend backend) {
        @Override
        public String toString() {
            return stack.label() + " on " + backend.label();
        }
    }

    /** When it is stopped. */
    enum Moment {
        BETWEEN_WRITES,
        /**
         * Within a transaction, after the guard's statement and the write; not in Redis, where a write is one script, nor over
         * HTTP, where another process has the transaction.
         */
        BEFORE_COMMIT
    }

    /**
     * What came out of all runs of a trial.
     *
     * @param stale writes or commits of the stopped one that were accepted after its successor's
     * @param refused its writes that were refused for its token alone
     * @param seconds the longest time from the stop until its successor held the lease, or had committed a write
     */
    record Tally(Trial trial, Moment moment, int runs, long stale, long refused, double seconds) {}

    /** Ours, one store and moment beside the other. */
    List<Tally> ours() throws InterruptedException {
        List<Trial> trials = new ArrayList<>();
        tried().forEach(backend -> trials.add(new Trial(Stack.MUSTER, backend)));
        return run(trials, bench.scale().pauses());
    }

    /** The rivals, one beside the other. */
    List<Tally> rivals() throws InterruptedException {
        List<Trial> trials = new ArrayList<>();
        for (Backend backend : tried()) {
            trials.add(new Trial(backend == Backend.HTTP ? Stack.NO_GUARD : Stack.SHEDLOCK, backend));
            if (backend == Backend.REDIS) {
                trials.add(new Trial(Stack.REDISSON, backend));
            }
        }
        return run(trials, bench.scale().rivalPauses());
    }

    /** With HTTP where its database has started. */
    private List<Backend> tried() {
        List<Backend> started = new ArrayList<>();
        bench.backends().all().forEach(address -> started.add(address.backend()));
        if (started.contains(Backend.POSTGRESQL)) {
            started.add(Backend.HTTP);
        }
        started.retainAll(backends);
        return started;
    }

    /** What came out of a trial, if it was run to its end. */
    static Optional<Tally> of(List<Tally> tallies, Stack stack, Backend backend, Moment moment) {
        return tallies.stream()
                .filter(tally -> tally.trial().equals(new Trial(stack, backend)) && tally.moment() == moment)
                .findFirst();
    }

    private List<Tally> run(List<Trial> trials, int runs) throws InterruptedException {
        bench.say("SIGSTOP: %d runs each of %s", runs, trials);
        List<Callable<Tally>> tallies = new ArrayList<>();
        for (Trial trial : trials) {
            tallies.add(() -> tally(trial, Moment.BETWEEN_WRITES, runs));
            if (trial.backend().hasTransactions()) {
                tallies.add(() -> tally(trial, Moment.BEFORE_COMMIT, runs));
            }
        }
        return bench.together(tallies);
    }

    private Tally tally(Trial trial, Moment moment, int runs) throws IOException, SQLException, InterruptedException {
        if (trial.backend() != Backend.HTTP) {
            return tally(
                    trial,
                    moment,
                    runs,
                    bench.backends().address(trial.backend()).orElseThrow());
        }
        Address postgresql = bench.backends().address(Backend.POSTGRESQL).orElseThrow();
        try (ServiceProcess service = ServiceProcess.start(bench.logs(), postgresql)) {
            return tally(trial, moment, runs, service.address());
        }
    }

    private Tally tally(Trial trial, Moment moment, int runs, Address address)
            throws IOException, SQLException, InterruptedException {
        long stale = 0;
        long refused = 0;
        double seconds = 0;
        for (int run = 1; run <= runs; run++) {
            Outcome outcome =
                    moment == Moment.BETWEEN_WRITES ? betweenWrites(trial, address) : beforeCommit(trial, address);
            stale += outcome.stale();
            refused += outcome.refused();
            seconds = Math.max(seconds, outcome.seconds());
            bench.say(
                    "SIGSTOP, %s, %s, run %d: another one %s after %.1f s; then %d stale ones accepted, the stopped one's ended %s",
                    trial,
                    moment == Moment.BETWEEN_WRITES ? "between writes" : "before the commit",
                    run,
                    moment == Moment.BETWEEN_WRITES ? "held it" : "had written",
                    outcome.seconds(),
                    outcome.stale(),
                    outcome.ends());
        }
        return new Tally(trial, moment, runs, stale, refused, seconds);
    }

    /**
     * One run.
     *
     * @param seconds from the stop until the successor held it, or had written
     * @param stale the stopped one's writes that were accepted too late
     * @param refused those that its token alone was refused for
     * @param ends how its writes ended, and how often
     */
    private record Outcome(double seconds, long stale, long refused, Map<String, Integer> ends) {}

    private Outcome betweenWrites(Trial trial, Address address) throws IOException, SQLException, InterruptedException {
        String resource = resource(trial, "stopped");
        try (WorkerProcess holder = start(trial, address, resource, HOLDER);
                WorkerProcess successor = start(trial, address, resource, SUCCESSOR)) {
            long unused = holder.take(TAKE_OVER);
            holder.loop();
            long stop = System.nanoTime();
            holder.pause();
            long taken = successor.take(trial.stack().ttl().plus(TAKE_OVER));
            successor.loop();
            holder.resume();
            TimeUnit.MILLISECONDS.sleep(bench.scale().afterMillis());
            Map<String, Integer> ends = holder.stop();
            Map<String, Integer> successorEnds = successor.stop();
            long refused = ends.getOrDefault("StaleFenceException", 0);
            if (trial.stack() == Stack.MUSTER && refused == 0) {
                throw new IOException(trial + ": the stopped process did not write by its token, " + ends);
            }
            if (!successorEnds.keySet().equals(Set.of(Worker.ACCEPTED))) {
                bench.say("%s: the successor's own writes ended %s", trial, successorEnds);
            }
            List<Entry> entries = Ledger.read(address, resource);
            if (!StaleWrites.moved(entries, HOLDER, SUCCESSOR)) {
                throw new IOException(trial + ": the lease did not move, " + entries.size() + " entries");
            }
            long stale = StaleWrites.after(entries, HOLDER, SUCCESSOR);
            return new Outcome((taken - stop) / 1e9, stale, refused, ends);
        }
    }

    private Outcome beforeCommit(Trial trial, Address address) throws IOException, SQLException, InterruptedException {
        String resource = resource(trial, "frozen");
        try (WorkerProcess holder = start(trial, address, resource, HOLDER);
                WorkerProcess successor = start(trial, address, resource, SUCCESSOR)) {
            long unused = holder.take(TAKE_OVER);
            holder.begin();
            long stop = System.nanoTime();
            holder.pause();
            unused = successor.take(trial.stack().ttl().plus(TAKE_OVER));
            successor.begin();
            Map<String, Integer> successorEnds = successor.commit();
            double seconds = (System.nanoTime() - stop) / 1e9;
            if (!successorEnds.equals(Map.of(Worker.ACCEPTED, 1))) {
                throw new IOException(trial + ": the successor's write ended " + successorEnds);
            }
            holder.resume();
            Map<String, Integer> ends = holder.commit();
            // It had committed nothing when its successor had: whatever is there of it came after.
            long stale = StaleWrites.of(Ledger.read(address, resource), HOLDER);
            return new Outcome(seconds, stale, 0, ends);
        }
    }

    private WorkerProcess start(Trial trial, Address address, String resource, String writer)
            throws IOException, InterruptedException {
        return WorkerProcess.start(bench.logs(), trial.stack(), address, resource, writer);
    }

    /** A name that ShedLock's 64 characters hold and that no other run has. */
    private static String resource(Trial trial, String how) {
        return String.format(
                        Locale.ROOT,
                        "%s-%s-%s-%s",
                        trial.stack(),
                        trial.backend(),
                        how,
                        UUID.randomUUID().toString().substring(0, 8))
                .toLowerCase(Locale.ROOT);
    }
}
