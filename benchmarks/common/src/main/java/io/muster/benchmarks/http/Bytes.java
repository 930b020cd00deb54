package io.muster.benchmarks.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that are collected and looked through without becoming text. Not thread-safe. */
public final class Bytes {
    private static final int KEPT = 4096;

    private byte[] array;
    private int length;

    /** No bytes. */
    Bytes() {
        this(new byte[256], 0);
    }

    private Bytes(byte[] array, int length) {
        this.array = array;
        this.length = length;
    }

    /** Appends {@code count} bytes of {@code in}. */
    void append(ByteBuf in, int count) {
        if (length + count > array.length) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, length + count));
        }
        in.readBytes(array, length, count);
        length += count;
    }

    /** Forgets everything, and gives a large array back. */
    void clear() {
        length = 0;
        if (array.length > KEPT) {
            array = new byte[KEPT];
        }
    }

    /** Drops the first {@code count} bytes, and gives a large array back when none is left. */
    void drop(int count) {
        length -= count;
        if (length == 0) {
            clear();
        } else {
            System.arraycopy(array, count, array, 0, length);
        }
    }

    /** The same bytes, of which only the first {@code count} are looked at; valid until these change. */
    Bytes first(int count) {
        return new Bytes(array, count);
    }

    /** How many there are. */
    public int length() {
        return length;
    }

    /** Where {@code ascii} begins at or after {@code from}; -1 when it is not there. */
    public int indexOf(byte[] ascii, int from) {
        outer:
        for (int i = from; i <= length - ascii.length; i++) {
            if (array[i] != ascii[0]) {
                continue;
            }
            for (int j = 1; j < ascii.length; j++) {
                if (array[i + j] != ascii[j]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }

    /** How often {@code ascii} is there, without overlaps. */
    public int count(byte[] ascii) {
        int count = 0;
        for (int at = indexOf(ascii, 0); at >= 0; at = indexOf(ascii, at + ascii.length)) {
            count++;
        }
        return count;
    }

    /** The whole number whose decimal digits begin at {@code from}; 0 when there are none. */
    public int number(int from) {
        int value = 0;
        for (int i = from; i < length && array[i] >= '0' && array[i] <= '9'; i++) {
            value = value * 10 + (array[i] - '0');
        }
        return value;
    }

    /** The text from {@code from} to just before the next {@code end}; empty when that does not come. */
    public String until(int from, char end) {
        for (int i = from; i < length; i++) {
            if (array[i] == end) {
                return new String(array, from, i - from, StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return new String(array, 0, length, StandardCharsets.UTF_8);
    }
}
