package io.muster.registry.engine;

import io.muster.api.Position;
import io.muster.api.ServiceHistory.Entry;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.ServiceKey;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last changes of each service, for people. It remembers a bounded number of each, and of the services those that
 * changed last; also of services that are gone. Thread-safe.
 */
public final class History {
    private static final int MAX_ENTRIES = 50;
    private static final int MAX_SERVICES = 2_000;

    private final InstantSource clock;
    private final Map<ServiceKey, Deque<Entry>> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ServiceKey, Deque<Entry>> eldest) {
            return size() > MAX_SERVICES;
        }
    };

    /** @param clock tells people when; nothing is decided by it */
    public History(InstantSource clock) {
        this.clock = clock;
    }

    /** Notes changes of an epoch. */
    public synchronized void add(List<Change> changes, long epoch) {
        String at = changes.isEmpty() ? "" : clock.instant().toString();
        for (Change change : changes) {
            InstanceRecord now = change.now();
            Deque<Entry> known = entries.computeIfAbsent(change.key().service(), service -> new ArrayDeque<>());
            if (known.size() >= MAX_ENTRIES) {
                known.removeLast();
            }
            known.addFirst(new Entry(
                    new Position(epoch, change.index()),
                    at,
                    change.key().id(),
                    change.before(),
                    now == null ? null : now.status(),
                    change.source().name(),
                    change.reason()));
        }
    }

    /** What is remembered of a service, newest first. */
    public synchronized List<Entry> of(ServiceKey service) {
        Deque<Entry> known = entries.get(service);
        return known == null ? List.of() : new ArrayList<>(known);
    }
}
