package io.muster.benchmarks.calls;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * What callers did, as records of equal size in a file that another process reads; times are the machine's monotonic clock, in
 * nanoseconds. Thread-safe.
 */
public final class Trace implements AutoCloseable {
    private final DataOutputStream out;

    /** Begins a file anew. */
    public Trace(Path file) throws IOException {
        this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 64 * 1024));
    }

    /** What a record tells. */
    public enum Kind {
        /** A picker chose: the client's own for a request, or one that is only asked. The value is the port, 0 for none. */
        PICK,
        /** A GET ended well. The value is the port that was tried last. */
        GET,
        /** A GET failed. */
        GET_FAILED,
        /** A POST ended well. */
        POST,
        /** A POST failed. */
        POST_FAILED,
        /** What a client's view holds; the value has a bit for each known port, in their order. */
        VIEW
    }

    /**
     * One record.
     *
     * @param kind what it tells
     * @param client which client, from 0
     * @param value depends on the kind
     * @param start when it began
     * @param end when it ended
     */
    public record Entry(Kind kind, int client, int value, long start, long end) {}

    synchronized void add(Entry entry) {
        try {
            out.writeByte(code(entry.kind()));
            out.writeByte(entry.client());
            out.writeInt(entry.value());
            out.writeLong(entry.start());
            out.writeLong(entry.end());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int code(Kind kind) {
        return Arrays.asList(Kind.values()).indexOf(kind);
    }

    /** Makes what was added visible to readers. */
    synchronized void flush() throws IOException {
        out.flush();
    }

    /** Reads what is in a file so far, in the order in which it ended. */
    public static void read(Path file, Consumer<Entry> consumer) throws IOException {
        Kind[] kinds = Kind.values();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
            while (true) {
                int kind = in.readByte();
                consumer.accept(new Entry(kinds[kind], in.readByte(), in.readInt(), in.readLong(), in.readLong()));
            }
        } catch (EOFException e) {
            // The last record may still be on its way.
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
