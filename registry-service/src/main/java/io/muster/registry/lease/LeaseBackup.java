package io.muster.registry.lease;

import io.muster.registry.replication.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** The leases of a backup. Not thread-safe. */
public final class LeaseBackup {
    private final LeaseTable table;

    private LeaseBackup(LeaseTable table) {
        this.table = table;
    }

    /** No lease, and no token. */
    public static LeaseBackup empty() {
        return new LeaseBackup(new LeaseTable(1));
    }

    /** Reads what {@link #bytes} gave; throws when it is damaged. */
    public static LeaseBackup read(byte[] bytes) throws IOException {
        return new LeaseBackup(LeaseSnapshot.read(new ByteArrayInputStream(bytes), 1));
    }

    /** The table as it is now. */
    public static byte[] bytes(LeaseMachine machine) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        machine.snapshot().to(bytes);
        return bytes.toByteArray();
    }

    /** The largest token that was given; 0 when none was. */
    public long lastToken() {
        return table.lastToken();
    }

    /** How many names it remembers. */
    public int size() {
        return table.size();
    }

    /** The same leases, whose later tokens are larger than this one. */
    public StateMachine.Writing raisedAbove(long token) throws IOException {
        table.raiseTokens(token);
        byte[] content = LeaseSnapshot.of(table);
        return stream -> LeaseSnapshot.write(content, stream);
    }
}
