package io.muster.registry.lease;

import io.muster.registry.replication.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The table of leases behind a replicated log. Thread-safe.
 *
 * <p>The leader stamps each command before it is appended: its pace begins at the applied clock when it takes over, and goes on with
 * its monotonic time. So the clock stands still while nobody leads, wall clocks do not matter, and a stamp is never earlier
 * than the moment at which the command was sent.
 */
public final class LeaseMachine implements StateMachine {
    private static final int STAMP_BYTES = 2 * Long.BYTES;

    private final int maxNames;
    private final LongSupplier nanoClock;
    private final LongSupplier firstToken;
    private final Consumer<LeaseEvent> listener;
    private LeaseTable table;
    private volatile @Nullable Pace pace;

    /**
     * An empty table.
     *
     * @param maxNames how many leases it remembers
     * @param nanoClock monotonic time in nanoseconds
     * @param firstToken asked when this node begins to lead: its tokens are larger, 1 to 2^53 - 1; not below any token that was
     *     given before, also by a history that was lost
     * @param listener told what becomes of leases, in order, on the thread that applies: it must return at once and not throw
     */
    public LeaseMachine(int maxNames, LongSupplier nanoClock, LongSupplier firstToken, Consumer<LeaseEvent> listener) {
        this.maxNames = maxNames;
        this.nanoClock = nanoClock;
        this.firstToken = firstToken;
        this.listener = listener;
        this.table = new LeaseTable(maxNames);
    }

    /** A leader's clock: the table's when it took over, and its own monotonic time since; and where its tokens begin. */
    private record Pace(long clock, long nanos, long firstToken) {}

    @Override
    public byte[] prepare(byte[] entry) {
        Pace current = pace;
        return ByteBuffer.allocate(STAMP_BYTES + entry.length)
                .putLong(stamp())
                .putLong(current == null ? 0 : current.firstToken())
                .put(entry)
                .array();
    }

    @Override
    public synchronized void leading(long term) {
        pace = new Pace(table.clock(), nanoClock.getAsLong(), firstToken.getAsLong());
    }

    @Override
    public void following() {
        pace = null;
    }

    @Override
    public byte[] apply(long index, byte[] entry) {
        return LeaseCodec.encode(outcome(entry));
    }

    @Override
    public synchronized Writing snapshot() {
        try {
            byte[] content = LeaseSnapshot.of(table);
            return stream -> LeaseSnapshot.write(content, stream);
        } catch (IOException e) {
            throw new UncheckedIOException("memory must take the snapshot of leases", e);
        }
    }

    @Override
    public void restore(InputStream snapshot) throws IOException {
        LeaseTable restored = LeaseSnapshot.read(snapshot, maxNames);
        synchronized (this) {
            table = restored;
        }
    }

    /** What this node knows of the names that fit, sorted by name; at most so many. */
    public synchronized List<StoredLease> list(Predicate<String> names, int limit) {
        return table.list(names, limit);
    }

    /** The last events of the names that fit, the oldest first, as far as they are remembered. */
    public synchronized List<LeaseEvent> events(Predicate<String> names) {
        return new ArrayList<>(table.events(names));
    }

    /** The lease clock, in nanoseconds: the largest stamp that was applied. */
    public synchronized long clock() {
        return table.clock();
    }

    /** How many leases are remembered. */
    public synchronized int size() {
        return table.size();
    }

    /** Whether this node stamps commands now. */
    boolean isLeading() {
        return pace != null;
    }

    /** Whether this node leads and something has to be noticed: a lease is over, or can be forgotten. */
    boolean isDue() {
        Pace current = pace;
        if (current == null) {
            return false;
        }
        synchronized (this) {
            return table.nextDue() <= stamp();
        }
    }

    private long stamp() {
        Pace current = pace;
        return current == null ? 0 : current.clock() + (nanoClock.getAsLong() - current.nanos());
    }

    private LeaseOutcome outcome(byte[] entry) {
        if (entry.length < STAMP_BYTES) {
            return new LeaseOutcome.Unreadable("entry must have " + STAMP_BYTES + " bytes but had " + entry.length);
        }
        ByteBuffer head = ByteBuffer.wrap(entry);
        long stamp = head.getLong();
        long first = head.getLong() & LeaseTable.MAX_TOKEN;
        byte[] body = Arrays.copyOfRange(entry, STAMP_BYTES, entry.length);
        LeaseCommand command;
        try {
            command = LeaseCodec.command(new DataInputStream(new ByteArrayInputStream(body)));
        } catch (IOException | IllegalArgumentException e) {
            return new LeaseOutcome.Unreadable(String.valueOf(e.getMessage()));
        }
        synchronized (this) {
            return table.apply(command, stamp, first, listener);
        }
    }
}
