package io.muster.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream (WHATWG HTML, section "Server-sent events") from chunks cut anywhere. Lines end by CR, LF or CRLF;
 * comments, unknown fields and {@code retry} are passed over. Bounded: a larger line or event ends the reading.
 *
 * <p>An event without {@code id} leaves the last id as it is; the id of an event counts once its empty line has come. Not
 * thread-safe.
 */
final class EventStreamParser {
    /** Largest event, in bytes of data, unless told otherwise. */
    static final int DEFAULT_MAX_EVENT_BYTES = 32 * 1024 * 1024;

    private static final int MAX_FIELD_NAME_BYTES = 64;
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ID = "id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final Bytes line;
    private final Bytes data;
    private String name = "";
    private @Nullable String id;
    private boolean atStart = true;
    private boolean afterCarriageReturn;

    /** @param maxEventBytes the largest event, in bytes of data */
    EventStreamParser(int maxEventBytes) {
        this.line = new Bytes(maxEventBytes + MAX_FIELD_NAME_BYTES, "line");
        this.data = new Bytes(maxEventBytes + 1, "event");
    }

    /** Takes complete events. */
    interface Sink {
        /**
         * Takes one event.
         *
         * @param name the event's name, {@code message} when it has none
         * @param data its data in UTF-8, lines joined by LF
         * @param id the id that it carries; null when it leaves the last one as it is
         */
        void event(String name, byte[] data, @Nullable String id);

        /** Takes an id that came without data: the stream's last id moves, and no event happens. */
        void id(String id);
    }

    /**
     * Reads a chunk to its end.
     *
     * @throws IOException when a line or an event is too large; the stream cannot be read on
     */
    void feed(ByteBuffer chunk, Sink sink) throws IOException {
        while (chunk.hasRemaining()) {
            int start = chunk.position();
            int end = endOfRun(chunk);
            if (end > start) {
                afterCarriageReturn = false;
                line.append(chunk, end - start);
            }
            if (end < chunk.limit()) {
                endLine(chunk.get(), sink);
            }
        }
    }

    /** Where the next CR or LF is, or the chunk's limit. */
    private static int endOfRun(ByteBuffer chunk) {
        int i = chunk.position();
        int limit = chunk.limit();
        while (i < limit) {
            byte b = chunk.get(i);
            if (b == '\n' || b == '\r') {
                return i;
            }
            i++;
        }
        return limit;
    }

    private void endLine(byte terminator, Sink sink) throws IOException {
        boolean secondHalf = terminator == '\n' && afterCarriageReturn;
        afterCarriageReturn = terminator == '\r';
        if (secondHalf) {
            return;
        }
        if (atStart) {
            atStart = false;
            line.dropPrefix(BYTE_ORDER_MARK);
        }
        if (line.length == 0) {
            dispatch(sink);
        } else {
            field();
        }
        line.clear();
    }

    private void field() throws IOException {
        int colon = line.indexOf((byte) ':');
        int nameEnd = colon < 0 ? line.length : colon;
        int valueStart = colon < 0 ? line.length : colon + 1;
        if (valueStart < line.length && line.array[valueStart] == ' ') {
            valueStart++;
        }
        if (line.startsWith(DATA, nameEnd)) {
            data.append(line.array, valueStart, line.length - valueStart);
            data.append((byte) '\n');
        } else if (line.startsWith(EVENT, nameEnd)) {
            name = line.text(valueStart);
        } else if (line.startsWith(ID, nameEnd)) {
            String value = line.text(valueStart);
            if (value.indexOf('\0') < 0) {
                id = value;
            }
        }
    }

    private void dispatch(Sink sink) {
        String eventId = id;
        String eventName = name.isEmpty() ? "message" : name;
        id = null;
        name = "";
        if (data.length > 0) {
            byte[] content = Arrays.copyOf(data.array, data.length - 1);
            data.clear();
            sink.event(eventName, content, eventId);
        } else if (eventId != null) {
            sink.id(eventId);
        }
    }

    /** A growing array with a bound, which gives back what a large event took. */
    private static final class Bytes {
        private static final int USUAL = 8 * 1024;

        private final int max;
        private final String what;
        private byte[] array = new byte[USUAL];
        private int length;

        Bytes(int max, String what) {
            this.max = max;
            this.what = what;
        }

        void append(ByteBuffer source, int count) throws IOException {
            reserve(count);
            source.get(array, length, count);
            length += count;
        }

        void append(byte[] source, int from, int count) throws IOException {
            reserve(count);
            System.arraycopy(source, from, array, length, count);
            length += count;
        }

        void append(byte b) throws IOException {
            reserve(1);
            array[length++] = b;
        }

        void clear() {
            length = 0;
            if (array.length > 8 * USUAL) {
                array = new byte[USUAL];
            }
        }

        int indexOf(byte b) {
            for (int i = 0; i < length; i++) {
                if (array[i] == b) {
                    return i;
                }
            }
            return -1;
        }

        /** Whether the first {@code end} bytes are exactly {@code expected}. */
        boolean startsWith(byte[] expected, int end) {
            return Arrays.equals(array, 0, end, expected, 0, expected.length);
        }

        void dropPrefix(byte[] prefix) {
            if (length >= prefix.length && startsWith(prefix, prefix.length)) {
                System.arraycopy(array, prefix.length, array, 0, length - prefix.length);
                length -= prefix.length;
            }
        }

        String text(int from) {
            return new String(array, from, length - from, StandardCharsets.UTF_8);
        }

        private void reserve(int count) throws IOException {
            if (count > max - length) {
                throw new IOException(what + " of the event stream must be at most " + max + " bytes but was longer");
            }
            if (length + count > array.length) {
                array = Arrays.copyOf(array, (int) Math.min(max, Math.max(length + count, 2L * array.length)));
            }
        }
    }
}
