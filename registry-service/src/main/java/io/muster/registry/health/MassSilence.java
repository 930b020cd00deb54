package io.muster.registry.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether so many instances of a namespace fell silent at once that the fault is more likely ours than theirs: at least
 * three, and at least a third. Then nobody is evicted there until heartbeats return, an operator agrees, or the time is up.
 * Time is an argument; thread-safe.
 */
final class MassSilence {
    private static final int LEAST = 3;

    private final long limitNanos;
    private final Map<String, Held> holds = new HashMap<>();

    /** @param limitNanos how long a hold lasts at most */
    MassSilence(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /** @param over whether an operator agreed or the time is up: it holds nothing back any more */
    private record Held(int silent, int of, long sinceNanos, boolean over) {}

    /** Whether the silence of so many holds back their eviction. */
    synchronized boolean holds(String namespace, int silent, int of, long nowNanos) {
        Held known = holds.get(namespace);
        if (silent < Math.max(LEAST, (of + 2) / 3)) {
            holds.remove(namespace);
            return false;
        }
        long since = known == null ? nowNanos : known.sinceNanos();
        boolean over = (known != null && known.over()) || nowNanos - since >= limitNanos;
        holds.put(namespace, new Held(silent, of, since, over));
        return !over;
    }

    /** An operator agrees that they are gone; answers whether anything was held back. */
    synchronized boolean agree(String namespace) {
        Held known = holds.get(namespace);
        if (known == null || known.over()) {
            return false;
        }
        holds.put(namespace, new Held(known.silent(), known.of(), known.sinceNanos(), true));
        return true;
    }

    /** Nobody is silent in any namespace but these. */
    synchronized void onlySilentIn(Set<String> namespaces) {
        holds.keySet().retainAll(namespaces);
    }

    /** What is held back now. */
    synchronized List<SilenceHold> current(long nowNanos) {
        List<SilenceHold> current = new ArrayList<>(0);
        holds.forEach((namespace, held) -> {
            if (!held.over()) {
                current.add(new SilenceHold(namespace, held.silent(), held.of(), nowNanos - held.sinceNanos()));
            }
        });
        return current;
    }
}
