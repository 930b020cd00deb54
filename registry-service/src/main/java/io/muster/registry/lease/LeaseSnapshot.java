package io.muster.registry.lease;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/** The table as bytes: magic, version, length, content, CRC-32C of the content. */
final class LeaseSnapshot {
    private static final int MAGIC = 0x4d4c5331;
    private static final int VERSION = 1;
    private static final int MAX_BYTES = 256 << 20;

    private LeaseSnapshot() {}

    /** Taken at once, as bytes: a table is small. */
    static byte[] of(LeaseTable table) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(table.clock());
            out.writeLong(table.lastToken());
            out.writeLong(table.lastEvent());
            List<LeaseTable.Row> rows = table.rows();
            out.writeInt(rows.size());
            for (LeaseTable.Row row : rows) {
                out.writeUTF(row.name);
                out.writeUTF(row.holder);
                out.writeLong(row.requestId.getMostSignificantBits());
                out.writeLong(row.requestId.getLeastSignificantBits());
                out.writeLong(row.token);
                out.writeLong(row.ttlNanos);
                out.writeLong(row.end);
                out.writeBoolean(row.ended);
                LeaseCodec.writeOptional(out, row.completedMillis);
            }
            List<LeaseEvent> events = table.events(name -> true);
            out.writeInt(events.size());
            for (LeaseEvent event : events) {
                out.writeLong(event.index());
                out.writeUTF(event.kind().name());
                out.writeUTF(event.name());
                out.writeUTF(event.holder());
                out.writeLong(event.token());
                out.writeUTF(event.by());
                out.writeLong(event.clockNanos());
            }
        }
        return bytes.toByteArray();
    }

    static void write(byte[] content, OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeInt(content.length);
        out.write(content);
        out.writeLong(checksum(content));
        out.flush();
    }

    /**
     * A new table with what was stored.
     *
     * @param maxNames how many it may remember; more that are stored are kept
     * @throws IOException if it is damaged, or of another version
     */
    static LeaseTable read(InputStream stream, int maxNames) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        int magic = in.readInt();
        int version = in.readInt();
        if (magic != MAGIC || version != VERSION) {
            throw new IOException("snapshot of leases must be of version " + VERSION + " but was " + version);
        }
        int length = LeaseCodec.readCount(in, MAX_BYTES);
        byte[] content = in.readNBytes(length);
        if (content.length < length || in.readLong() != checksum(content)) {
            throw new IOException("snapshot of leases must be whole but was damaged");
        }
        return table(new DataInputStream(new ByteArrayInputStream(content)), maxNames);
    }

    private static LeaseTable table(DataInputStream in, int maxNames) throws IOException {
        long clock = in.readLong();
        long token = in.readLong();
        long lastEvent = in.readLong();
        int count = LeaseCodec.readCount(in, MAX_BYTES);
        List<LeaseTable.Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LeaseTable.Row row = new LeaseTable.Row(in.readUTF());
            row.holder = in.readUTF();
            row.requestId = new UUID(in.readLong(), in.readLong());
            row.token = in.readLong();
            row.ttlNanos = in.readLong();
            row.end = in.readLong();
            row.ended = in.readBoolean();
            row.completedMillis = LeaseCodec.readOptional(in);
            rows.add(row);
        }
        int trail = LeaseCodec.readCount(in, LeaseTable.MAX_EVENTS);
        List<LeaseEvent> events = new ArrayList<>();
        for (int i = 0; i < trail; i++) {
            events.add(new LeaseEvent(
                    in.readLong(),
                    kind(in.readUTF()),
                    in.readUTF(),
                    in.readUTF(),
                    in.readLong(),
                    in.readUTF(),
                    in.readLong()));
        }
        LeaseTable table = new LeaseTable(maxNames);
        table.restore(clock, token, lastEvent, rows, events);
        return table;
    }

    private static LeaseEvent.Kind kind(String name) throws IOException {
        try {
            return LeaseEvent.Kind.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException("kind of event must be known but was " + name, e);
        }
    }

    private static long checksum(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return crc.getValue();
    }
}
