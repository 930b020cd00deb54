package io.muster.client;

import io.muster.api.InstanceReference;
import io.muster.api.Reports;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells the registry of instances that refused a connection, each at most once a second and all that wait in one call. What
 * cannot be told is dropped: the next refusal tells again. Belongs to a loop, except {@link #refused}.
 */
final class Reporter {
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_REMEMBERED = 1000;

    private final RegistryCalls calls;
    private final EventLoop loop;
    private final LongSupplier nanoTime;
    private final Set<InstanceReference> waiting = new LinkedHashSet<>();
    private final Map<InstanceReference, Long> toldNanos = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InstanceReference, Long> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };
    private boolean calling;

    Reporter(RegistryCalls calls, EventLoop loop, LongSupplier nanoTime) {
        this.calls = calls;
        this.loop = loop;
        this.nanoTime = nanoTime;
    }

    /** An instance refused a connection; any thread. */
    void refused(InstanceReference instance) {
        loop.execute(() -> {
            long now = nanoTime.getAsLong();
            Long told = toldNanos.get(instance);
            boolean news = told == null || now - told >= QUIET_NANOS;
            if (news && waiting.size() < Reports.MAX_INSTANCES && waiting.add(instance)) {
                toldNanos.remove(instance);
                toldNanos.put(instance, now);
                tell();
            }
        });
    }

    private void tell() {
        if (calling || waiting.isEmpty()) {
            return;
        }
        calling = true;
        List<InstanceReference> instances = new ArrayList<>(waiting);
        waiting.clear();
        loop.whenDone(
                calls.send(new RegistryCalls.Call("POST", "/v1/reports", new Reports(instances))), (reply, failure) -> {
                    long wait = reply == null ? 0 : reply.retryAfterNanos();
                    if (wait == 0) {
                        calling = false;
                        tell();
                    } else {
                        // What is to be told gathers meanwhile.
                        loop.schedule(wait, () -> {
                            calling = false;
                            tell();
                        });
                    }
                });
    }
}
