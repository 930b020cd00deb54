package io.muster.quorum.cluster;

import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Leases with a long TTL that must outlive faults: none may be lost, and none granted to another. Not thread-safe. */
public final class HeldLeases {
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final LeaseCalls calls = new LeaseCalls(Duration.ofSeconds(2));
    private final List<URI> nodes;
    private final List<Held> held = new ArrayList<>();
    private int next;

    private record Held(String name, long token) {}

    private HeldLeases(List<URI> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /** Acquires so many leases with a name that begins so, through all nodes in turn. */
    public static HeldLeases acquire(List<URI> nodes, String prefix, int count)
            throws IOException, InterruptedException {
        HeldLeases leases = new HeldLeases(nodes);
        for (int i = 0; i < count; i++) {
            String name = prefix + "-" + i;
            Answer answer = leases.call(name, leases.wish("holder"));
            if (!(answer instanceof Answer.Granted granted)) {
                throw new IOException(name + " was not granted: " + answer);
            }
            leases.held.add(new Held(name, granted.token()));
        }
        return leases;
    }

    private Call wish(String holder) {
        return new Call.Acquire(holder, UUID.randomUUID().toString(), TTL.toNanos());
    }

    /** What is wrong with them now: lost, or granted to another; empty when nothing. */
    public List<String> wrong() throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (Held lease : held) {
            Answer renewed = call(lease.name, new Call.Renew(lease.token));
            if (!(renewed instanceof Answer.Done)) {
                wrong.add(lease + " was not renewed: " + renewed);
            }
            Answer other = call(lease.name, wish("another"));
            if (!(other instanceof Answer.HeldBy)) {
                wrong.add(lease + " was asked for by another: " + other);
            }
        }
        return wrong;
    }

    /** Until somebody knows. */
    private Answer call(String name, Call call) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            Answer answer = calls.send(nodes.get(next++ % nodes.size()), name, call);
            boolean open = answer instanceof Answer.Refused || answer instanceof Answer.Unknown;
            if (!open || System.nanoTime() > deadline) {
                return answer;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }
}
