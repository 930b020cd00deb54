package io.muster.gossip.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/*
 * Which frames have been seen, per sending process: the highest counter and a bit for each of the 256 below it (RFC 4303,
 * section 3.4.3, wider, because streams and datagrams share a counter). Senders are those whose frames were opened, so only
 * holders of a key get an entry; the one that was silent longest gives way when there are too many.
 */
final class ReplayWindows {
    private static final int WIDTH = 256;
    private static final int MOST_SENDERS = 16_384;

    private static final class Window {
        long highest = -1;
        final long[] seen = new long[WIDTH / Long.SIZE];
    }

    private final Map<Long, Window> bySender = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Window> eldest) {
            return size() > MOST_SENDERS;
        }
    };

    /** Whether a counter is new, which it then no longer is. */
    boolean accept(long sender, long counter) {
        Window window = bySender.computeIfAbsent(sender, unused -> new Window());
        if (counter > window.highest) {
            long from = Math.max(window.highest + 1, counter - WIDTH + 1);
            for (long skipped = from; skipped < counter; skipped++) {
                set(window, skipped, false);
            }
            window.highest = counter;
            set(window, counter, true);
            return true;
        }
        if (window.highest - counter >= WIDTH || isSet(window, counter)) {
            return false;
        }
        set(window, counter, true);
        return true;
    }

    private static boolean isSet(Window window, long counter) {
        int bit = (int) (counter % WIDTH);
        return (window.seen[bit / Long.SIZE] & 1L << bit) != 0;
    }

    private static void set(Window window, long counter, boolean seen) {
        int bit = (int) (counter % WIDTH);
        if (seen) {
            window.seen[bit / Long.SIZE] |= 1L << bit;
        } else {
            window.seen[bit / Long.SIZE] &= ~(1L << bit);
        }
    }
}
