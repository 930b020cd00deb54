package io.muster.samples.fleet;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What is done to the fleet, in order. Each step begins at its second, or when all know of the step before, if that is later. */
final class Script {
    private static final long POLL_MILLIS = 10;
    private static final long DRAW_MILLIS = 1000;

    private final Fleet fleet;
    private final Ledger ledger;
    private final Telemetry telemetry;
    private final Journal journal;
    private final Board board;
    private final LongSupplier clock;
    private final double pace;
    private final Duration limit;
    private volatile Figures latest;
    private long nextDrawAt;

    /**
     * @param clock in milliseconds since the start of the sample
     * @param pace what the seconds of the steps are multiplied with; 0: each begins when all know of the one before
     * @param limit until all must know of a step
     */
    Script(
            Fleet fleet,
            Ledger ledger,
            Telemetry telemetry,
            Journal journal,
            Board board,
            LongSupplier clock,
            double pace,
            Duration limit) {
        this.fleet = fleet;
        this.ledger = ledger;
        this.telemetry = telemetry;
        this.journal = journal;
        this.board = board;
        this.clock = clock;
        this.pace = pace;
        this.limit = limit;
        this.latest = Figures.of(fleet.nodes().stream().map(EdgeNode::state).toList(), List.of(), 0, 0);
    }

    /** The figures that were drawn last; to be called by any thread. */
    Figures latest() {
        return latest;
    }

    /** Plays it to its end; whether all came to know of each step, and agree on everything at the end. */
    boolean play() throws InterruptedException {
        int victims = fleet.victims().size();
        int sleepers = fleet.sleepers().size();
        int outsiders = fleet.outsiders().size();
        boolean well = step(0, "started " + fleet.nodes().size(), "all see all", fleet::start);
        telemetry.start();
        well &= step(8, "killed " + victims, "all know", this::kill);
        well &= step(18, "paused " + sleepers, "all others hold them for dead", fleet::pause);
        well &= step(27, "woke " + sleepers, "all know", fleet::resume);
        well &= step(32, "cut off " + outsiders, "all others know", fleet::cut);
        well &= step(43, "healed the cut", "all see all", fleet::heal);
        well &= step(51, "restarted " + victims, "all know", fleet::restart);
        untilSecond(57);
        telemetry.stop();
        well &= settle();
        draw();
        return well;
    }

    private void kill() {
        fleet.kill();
        fleet.victims().forEach(victim -> ledger.killed(victim.number(), clock.getAsLong()));
    }

    private boolean step(long second, String what, String goal, Runnable action) throws InterruptedException {
        untilSecond(second);
        long begun = clock.getAsLong();
        board.show(journal.begin(begun, what, goal));
        action.run();
        OptionalLong known = fleet.awaitKnown(untilNextDraw(begun));
        while (known.isEmpty() && clock.getAsLong() - begun < limit.toMillis()) {
            drawIfDue();
            known = fleet.awaitKnown(untilNextDraw(begun));
        }
        return end(known.isPresent(), known.orElse(begun) - begun);
    }

    private boolean settle() throws InterruptedException {
        long begun = clock.getAsLong();
        board.show(journal.begin(begun, "telemetry stands still", "all hold the same"));
        boolean same = agree(fleet.look());
        while (!same && clock.getAsLong() - begun < limit.toMillis()) {
            passTime();
            same = agree(fleet.look());
        }
        return end(same, clock.getAsLong() - begun);
    }

    private boolean end(boolean known, long took) {
        board.show(journal.end(known ? Journal.Outcome.KNOWN : Journal.Outcome.MISSED, known ? Math.max(0, took) : 0));
        return known;
    }

    /** Whether all see the same, and nothing is missing. */
    private boolean agree(List<Sight> sights) {
        BitSet running = fleet.running();
        Sight first = sights.get(0);
        return ledger.explains(first.handled())
                && sights.stream()
                        .allMatch(sight -> sight.alive().equals(running)
                                && sight.handled() == first.handled()
                                && sight.settings().equals(first.settings())
                                && hasLatestLoads(sight));
    }

    private boolean hasLatestLoads(Sight sight) {
        return fleet.nodes().stream()
                .filter(EdgeNode::isThere)
                .allMatch(node -> node.load() == null || node.load().equals(sight.loadOf(node.name())));
    }

    private void untilSecond(long second) throws InterruptedException {
        long at = (long) (second * pace * 1000);
        while (clock.getAsLong() < at) {
            passTime();
        }
    }

    private Duration untilNextDraw(long begun) {
        long now = clock.getAsLong();
        return Duration.ofMillis(Math.max(0, Math.min(nextDrawAt, begun + limit.toMillis()) - now));
    }

    private void passTime() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        drawIfDue();
    }

    private void drawIfDue() throws InterruptedException {
        if (clock.getAsLong() >= nextDrawAt) {
            nextDrawAt = clock.getAsLong() + DRAW_MILLIS;
            draw();
        }
    }

    private void draw() throws InterruptedException {
        Figures figures = Figures.of(states(), fleet.look(), ledger.counted(), clock.getAsLong());
        latest = figures;
        board.draw(figures);
    }

    private List<EdgeNode.State> states() {
        return fleet.nodes().stream().map(EdgeNode::state).toList();
    }
}
