package io.muster.gossip.simulation;

import java.util.Arrays;

/** A hash over everything that happened, and the last of it in words. */
final class Trace {
    private static final int KEPT = 200;
    private static final long PRIME = 0x100000001b3L;

    private final String[] last = new String[KEPT];
    private final boolean inWords;
    private long hash = 0xcbf29ce484222325L;
    private long count;

    Trace(boolean inWords) {
        this.inWords = inWords;
        Arrays.fill(last, "");
    }

    void add(long time, int node, int what, long value) {
        hash = (hash ^ time) * PRIME;
        hash = (hash ^ node ^ ((long) what << 32)) * PRIME;
        hash = (hash ^ value) * PRIME;
        hash ^= hash >>> 29;
    }

    boolean inWords() {
        return inWords;
    }

    void words(long time, int node, String text) {
        last[(int) (count++ % KEPT)] = String.format("%12.6f s  node %4d  %s", time / 1e9, node, text);
    }

    long hash() {
        return hash;
    }

    String lastWords(String about) {
        StringBuilder words = new StringBuilder();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            String line = last[(int) (i % KEPT)];
            if (line.contains(about)) {
                words.append(line).append('\n');
            }
        }
        return words.toString();
    }
}
