package io.muster.samples.fleet;

import io.muster.gossip.GossipConfig;
import io.muster.gossip.GossipNode;
import io.muster.gossip.GossipThreads;
import io.muster.gossip.protocol.StateValue;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One node of the fleet over all its lives. It is started, stopped, cut off and paused by one thread; what it is now, and what it
 * sees, may be asked by any.
 */
final class EdgeNode {
    static final String LOAD = "load";
    static final String HEALTH = "health";

    private static final String PREFIX = "edge-";
    private static final String COUNTER = "handled";
    private static final String MAP = "settings";

    /** What was done to it. */
    enum State {
        /** Not started yet, or killed. */
        DOWN,
        RUNNING,
        /** Runs, and reaches only those that are cut off too. */
        CUT_OFF,
        /** Its thread stands still. */
        PAUSED
    }

    /** From a start to its end. */
    private static final class Life {
        private final GossipNode node;
        private final View view;
        private volatile @Nullable StateValue load;

        Life(GossipNode node, View view) {
            this.node = node;
            this.view = view;
        }
    }

    private final int number;
    private final GossipConfig config;
    private final Link link;
    private final GossipThreads threads;
    private final Runnable onNews;
    private volatile State state = State.DOWN;
    private volatile @Nullable Life life;

    /**
     * @param config with the keyring of the link
     * @param onNews called on the node's thread whenever what the nodes share has changed
     */
    EdgeNode(int number, GossipConfig config, Link link, GossipThreads threads, Runnable onNews) {
        this.number = number;
        this.config = config;
        this.link = link;
        this.threads = threads;
        this.onNews = onNews;
    }

    static String name(int number) {
        return PREFIX + String.format(Locale.ROOT, "%03d", number);
    }

    static int number(String name) {
        return Integer.parseInt(name.substring(PREFIX.length()));
    }

    int number() {
        return number;
    }

    String name() {
        return config.name();
    }

    State state() {
        return state;
    }

    /** Whether it runs and can be asked. */
    boolean isThere() {
        return state == State.RUNNING || state == State.CUT_OFF;
    }

    /** Starts a life; the one before must have ended. */
    void start(LongSupplier clock) {
        View view = new View(number, clock);
        GossipNode node = GossipNode.start(config, threads, view::on);
        // It lasts as long as the node.
        var unused = node.subscribe(event -> onNews.run());
        life = new Life(node, view);
        state = State.RUNNING;
    }

    /** Ends it without a farewell, as a crash does; complete when its port is free. */
    CompletableFuture<Void> kill() {
        state = State.DOWN;
        GossipNode node = current().node;
        node.close();
        return node.stopped();
    }

    void cutOff() {
        state = State.CUT_OFF;
        link.cut();
    }

    void heal() {
        link.heal();
        state = State.RUNNING;
    }

    /** Marks it as paused or not; what pauses it is its thread. */
    void paused(boolean paused) {
        state = paused ? State.PAUSED : State.RUNNING;
    }

    View view() {
        return current().view;
    }

    /** The load that it has published in this life; null if none yet. */
    @Nullable
    StateValue load() {
        return current().load;
    }

    /** Publishes its load and its health; complete when they are in force here. */
    CompletableFuture<Void> publish(Reading reading) {
        Life now = current();
        StateValue load = reading.value();
        StateValue health = StateValue.of(reading.load() < 0.9 ? "ok" : "busy");
        return CompletableFuture.allOf(
                now.node.publish(LOAD, load).thenRun(() -> now.load = load), now.node.publish(HEALTH, health));
    }

    /** Adds to the shared counter. */
    CompletableFuture<Void> count(long handled) {
        return current().node.counter(COUNTER).add(handled);
    }

    /** Writes an entry of the shared map. */
    CompletableFuture<Void> set(String key, String value) {
        return current().node.map(MAP).put(key, StateValue.of(value));
    }

    CompletableFuture<Sight> look() {
        Life now = current();
        return now.node
                .values()
                .thenCombine(
                        now.node.map(MAP).entries(),
                        (values, settings) -> new Sight(number, now.view.alive(), values, 0, settings))
                .thenCombine(
                        now.node.counter(COUNTER).value(),
                        (sight, handled) ->
                                new Sight(number, sight.alive(), sight.values(), handled, sight.settings()));
    }

    private Life current() {
        Life now = life;
        if (now == null) {
            throw new IllegalStateException("node must have been started but was not: " + name());
        }
        return now;
    }
}
