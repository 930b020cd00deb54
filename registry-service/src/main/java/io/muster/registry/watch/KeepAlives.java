package io.muster.registry.watch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams' signs of life, the cut of stalled ones, and the snapshots when the registry has warmed. Each turn looks at one
 * slot of the watchers, so that not all of it comes at once. Belongs to the hub's thread.
 */
final class KeepAlives {
    /** So many turns go once around. */
    static final int SLOTS = 20;

    private static final Logger log = LoggerFactory.getLogger(KeepAlives.class);

    private final long stalledNanos;
    private final Consumer<Watcher> forget;
    private final List<Set<Watcher>> slots = new ArrayList<>();
    /** Those that have been told everything since the registry is warm. */
    private final Set<Watcher> warmed = new HashSet<>();

    private int slot;

    /**
     * @param stalledNanos after how long a stream whose reader takes nothing is cut
     * @param forget told of a stream that was cut
     */
    KeepAlives(long stalledNanos, Consumer<Watcher> forget) {
        this.stalledNanos = stalledNanos;
        this.forget = forget;
        for (int i = 0; i < SLOTS; i++) {
            slots.add(new HashSet<>());
        }
    }

    void add(Watcher watcher, boolean warming) {
        slots.get(Math.floorMod(watcher.id().hashCode(), SLOTS)).add(watcher);
        if (!warming) {
            warmed.add(watcher);
        }
    }

    void remove(Watcher watcher) {
        slots.forEach(members -> members.remove(watcher));
        warmed.remove(watcher);
    }

    void turn(boolean warming) {
        slot = (slot + 1) % SLOTS;
        for (Watcher watcher : List.copyOf(slots.get(slot))) {
            if (watcher.stalledNanos() > stalledNanos) {
                log.info("Stream {} is cut: its reader takes nothing", watcher.id());
                watcher.abort();
                forget.accept(watcher);
            } else if (!warming && warmed.add(watcher)) {
                watcher.services().forEach(watcher::stageSnapshot);
                watcher.release();
            } else {
                watcher.keepAlive();
            }
        }
    }
}
