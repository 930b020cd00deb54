package io.muster.gossip.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReplayWindowsTest {
    private static final int WIDTH = 256;

    @Test
    void acceptsEachCounterOfEachSenderOnceAndNoneThatIsTooOld() {
        SplittableRandom random = new SplittableRandom(7);
        ReplayWindows windows = new ReplayWindows();
        Map<Long, Set<Long>> accepted = new HashMap<>();
        Map<Long, Long> highest = new HashMap<>();
        long[] senders = random.longs(700, 0, 1L << 48).toArray();
        for (int i = 0; i < 200_000; i++) {
            long sender = senders[random.nextInt(senders.length)];
            long top = highest.getOrDefault(sender, -1L);
            long counter = Math.max(0, top + random.nextInt(-WIDTH - 20, 40));
            boolean expected = top - counter < WIDTH
                    && accepted.computeIfAbsent(sender, unused -> new HashSet<>())
                            .add(counter);
            assertThat(windows.accept(sender, counter))
                    .as("frame %d: counter %d after %d", i, counter, top)
                    .isEqualTo(expected);
            highest.merge(sender, counter, Math::max);
        }
    }

    @Test
    void whoWasSilentLongestGivesWay() {
        ReplayWindows windows = new ReplayWindows(40);
        for (long sender = 0; sender < 40; sender++) {
            assertThat(windows.accept(sender, 1)).isTrue();
        }
        assertThat(windows.accept(0, 2)).isTrue();
        assertThat(windows.accept(40, 1)).isTrue();
        assertThat(windows.accept(0, 2)).as("heard of late").isFalse();
        assertThat(windows.accept(40, 1)).as("new").isFalse();
        assertThat(windows.accept(1, 1)).as("forgotten").isTrue();
        assertThat(windows.accept(3, 1)).as("still known").isFalse();
    }
}
