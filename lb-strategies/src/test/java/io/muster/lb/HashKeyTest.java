package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.CharBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HashKeyTest {
    @Test
    void staysTheSameInEveryRelease() {
        assertThat(HashKey.of("")).isEqualTo(FROZEN_EMPTY);
        assertThat(HashKey.of("alice")).isEqualTo(FROZEN_ALICE);
        assertThat(HashKey.of(CharBuffer.wrap("alice"))).isEqualTo(FROZEN_ALICE);
    }

    @Test
    void everyCharacterAndTheLengthCount() {
        Set<Long> hashes = new HashSet<>();
        StringBuilder text = new StringBuilder();
        for (int length = 0; length < 40; length++) {
            assertThat(hashes.add(HashKey.of(text))).isTrue();
            for (int i = 0; i < length; i++) {
                text.setCharAt(i, 'b');
                assertThat(hashes.add(HashKey.of(text))).as("%s", text).isTrue();
                text.setCharAt(i, 'a');
            }
            text.append('a');
        }
    }

    @Test
    void oneBitChangesHalfOfTheBits() {
        SplittableRandom random = new SplittableRandom(7);
        long flips = 0;
        int trials = 20_000;
        for (int i = 0; i < trials; i++) {
            char[] text = new char[1 + random.nextInt(20)];
            for (int c = 0; c < text.length; c++) {
                text[c] = (char) random.nextInt(1 << 16);
            }
            long before = HashKey.of(new String(text));
            text[random.nextInt(text.length)] ^= (char) (1 << random.nextInt(16));
            flips += Long.bitCount(before ^ HashKey.of(new String(text)));
        }

        assertThat((double) flips / trials).isBetween(31.8, 32.2);
    }

    private static final long FROZEN_EMPTY = -2152535657050944081L;
    private static final long FROZEN_ALICE = 7734835778906478826L;
}
