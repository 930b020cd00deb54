package io.muster.registry.raft;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Several entries, or their answers, in one message: their number, then the length and the bytes of each. */
final class Batch {
    private Batch() {}

    static byte[] pack(List<byte[]> parts) {
        int bytes = Integer.BYTES;
        for (byte[] part : parts) {
            bytes += Integer.BYTES + part.length;
        }
        ByteBuffer buffer = ByteBuffer.allocate(bytes).putInt(parts.size());
        for (byte[] part : parts) {
            buffer.putInt(part.length).put(part);
        }
        return buffer.array();
    }

    /** @throws IllegalArgumentException when it was not packed here */
    static List<byte[]> unpack(ByteBuffer packed) {
        ByteBuffer buffer = packed.duplicate();
        try {
            int count = buffer.getInt();
            if (count < 0 || count > buffer.remaining() / Integer.BYTES) {
                throw new IllegalArgumentException("count must fit the batch but was " + count);
            }
            List<byte[]> parts = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int length = buffer.getInt();
                if (length < 0 || length > buffer.remaining()) {
                    throw new IllegalArgumentException("length must fit the batch but was " + length);
                }
                byte[] part = new byte[length];
                buffer.get(part);
                parts.add(part);
            }
            if (buffer.hasRemaining()) {
                throw new IllegalArgumentException(
                        "batch must end after its parts but had " + buffer.remaining() + " bytes more");
            }
            return parts;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("batch must be whole but was cut", e);
        }
    }
}
