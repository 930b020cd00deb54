package io.muster.benchmarks.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads HTTP/1.1 answers, one after the other, from bytes as they come: a body with a length, in chunks, or none (RFC 9112).
 * It trusts the server; it is no client for the open net.
 */
final class ReplyParser {
    private enum State {
        HEAD,
        FIXED,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER
    }

    private final Sink sink;
    private State state = State.HEAD;
    private byte[] line = new byte[512];
    private int length;
    private int remaining;

    /** Where the parts of answers go. */
    interface Sink {
        /** An answer begins. */
        void head(int status);

        /** {@code bytes} bytes of its body can be read from {@code in}; all of them must be. */
        void body(ByteBuf in, int bytes);

        /** It is complete. */
        void end();
    }

    ReplyParser(Sink sink) {
        this.sink = sink;
    }

    /** Reads all there is. */
    void read(ByteBuf in) {
        while (in.isReadable()) {
            switch (state) {
                case HEAD -> head(in.readByte());
                case FIXED, CHUNK -> body(in);
                case CHUNK_SIZE, CHUNK_END, TRAILER -> chunkLine(in.readByte());
            }
        }
    }

    private void head(byte next) {
        append(next);
        if (next != '\n' || length < 4 || line[length - 3] != '\n') {
            return;
        }
        String head = new String(line, 0, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        length = 0;
        int status = Integer.parseInt(head.substring(9, 12));
        sink.head(status);
        if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
            state = State.CHUNK_SIZE;
            return;
        }
        remaining = status == 204 || status == 304 ? 0 : contentLength(head);
        if (remaining == 0) {
            sink.end();
        } else {
            state = State.FIXED;
        }
    }

    private static int contentLength(String head) {
        String name = "\r\ncontent-length: ";
        int at = head.indexOf(name);
        return at < 0
                ? 0
                : Integer.parseInt(head.substring(at + name.length(), head.indexOf('\r', at + name.length())));
    }

    private void body(ByteBuf in) {
        int bytes = Math.min(remaining, in.readableBytes());
        int end = in.readerIndex() + bytes;
        sink.body(in, bytes);
        in.readerIndex(end);
        remaining -= bytes;
        if (remaining > 0) {
            return;
        }
        if (state == State.CHUNK) {
            state = State.CHUNK_END;
        } else {
            state = State.HEAD;
            sink.end();
        }
    }

    private void chunkLine(byte next) {
        if (next != '\n') {
            append(next);
            return;
        }
        int end = length - 1;
        length = 0;
        switch (state) {
            case CHUNK_END -> state = State.CHUNK_SIZE;
            case CHUNK_SIZE -> {
                remaining = Integer.parseInt(new String(line, 0, end, StandardCharsets.ISO_8859_1), 16);
                state = remaining == 0 ? State.TRAILER : State.CHUNK;
            }
            case TRAILER -> {
                if (end == 0) {
                    state = State.HEAD;
                    sink.end();
                }
            }
            case HEAD, FIXED, CHUNK -> throw new IllegalStateException("No chunk in " + state);
        }
    }

    private void append(byte next) {
        if (length == line.length) {
            line = Arrays.copyOf(line, length * 2);
        }
        line[length++] = next;
    }
}
