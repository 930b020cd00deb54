package io.muster.registry.raft;

import io.muster.registry.replication.LeaderState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Counts how often each word was appended; an entry's answer is the word's count and the entry's index. */
final class CounterMachine implements LeaderState {
    private final Map<String, Long> counts = new TreeMap<>();
    private volatile boolean leading;
    private long last;

    @Override
    public byte[] prepare(byte[] entry) {
        return entry;
    }

    @Override
    public void leading(long term) {
        leading = true;
    }

    @Override
    public void following() {
        leading = false;
    }

    boolean leads() {
        return leading;
    }

    synchronized long count(String word) {
        return counts.getOrDefault(word, 0L);
    }

    synchronized Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }

    @Override
    public synchronized byte[] apply(long index, byte[] entry) {
        if (index != last + 1) {
            throw new IllegalStateException("index must be " + (last + 1) + " but was " + index);
        }
        last = index;
        long count = counts.merge(text(entry), 1L, Long::sum);
        return bytes(count + "@" + index);
    }

    @Override
    public synchronized Writing snapshot() {
        Map<String, Long> taken = counts();
        long index = last;
        return stream -> {
            DataOutputStream out = new DataOutputStream(stream);
            out.writeLong(index);
            out.writeInt(taken.size());
            for (Map.Entry<String, Long> entry : taken.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeLong(entry.getValue());
            }
            out.flush();
        };
    }

    @Override
    public synchronized void restore(InputStream snapshot) throws IOException {
        DataInputStream in = new DataInputStream(snapshot);
        last = in.readLong();
        counts.clear();
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
            counts.put(in.readUTF(), in.readLong());
        }
    }

    @Override
    public CompletableFuture<byte[]> answer(byte[] question) {
        return CompletableFuture.completedFuture(bytes("leader says " + count(text(question))));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
