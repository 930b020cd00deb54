package io.muster.samples.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What the nodes do all the time: each publishes its load and health once in an interval and adds to the shared counter what it has
 * handled; once a second one of them, whichever, writes an entry of the shared map.
 */
final class Telemetry {
    private static final long TICK_MILLIS = 20;
    private static final long SETTING_MILLIS = 1000;
    private static final int SETTINGS = 8;
    private static final long END_SECONDS = 10;

    private final List<EdgeNode> nodes;
    private final Ledger ledger;
    private final LongSupplier clock;
    private final Random random;
    private final long intervalMillis;
    private final long[] dueAt;
    private final double[] load;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread made = new Thread(runnable, "telemetry");
        made.setDaemon(true);
        return made;
    });
    private long settingDueAt;

    /**
     * @param interval between two readings of one node
     * @param clock in milliseconds
     */
    Telemetry(Fleet fleet, Duration interval, Ledger ledger, LongSupplier clock, Random random) {
        this.nodes = fleet.nodes();
        this.intervalMillis = interval.toMillis();
        this.ledger = ledger;
        this.clock = clock;
        this.random = random;
        this.dueAt = new long[nodes.size()];
        this.load = new double[nodes.size()];
    }

    void start() {
        long now = clock.getAsLong();
        settingDueAt = now;
        for (int i = 0; i < dueAt.length; i++) {
            dueAt[i] = now + intervalMillis * i / dueAt.length;
            load[i] = random.nextDouble();
        }
        var unused = thread.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        long now = clock.getAsLong();
        for (EdgeNode node : nodes) {
            if (now >= dueAt[node.number()]) {
                dueAt[node.number()] = now + intervalMillis;
                if (node.isThere()) {
                    report(node, now);
                }
            }
        }
        EdgeNode writer = nodes.get(random.nextInt(nodes.size()));
        if (now >= settingDueAt && writer.isThere()) {
            settingDueAt = now + SETTING_MILLIS;
            String target = String.format(Locale.ROOT, "%.1f by %s", 18 + 4 * random.nextDouble(), writer.name());
            var unused = writer.set("target-" + random.nextInt(SETTINGS), target);
        }
    }

    private void report(EdgeNode node, long now) {
        int number = node.number();
        load[number] = Math.min(1, Math.max(0, load[number] + 0.1 * random.nextGaussian()));
        var unused = node.publish(new Reading(load[number], now));
        long handled = 1L + random.nextInt(50);
        unused = node.count(handled).thenRun(() -> ledger.added(number, handled, clock.getAsLong()));
    }

    /** Ends it; what was begun is done. */
    void stop() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("telemetry must end within " + END_SECONDS + " s but did not");
        }
    }
}
