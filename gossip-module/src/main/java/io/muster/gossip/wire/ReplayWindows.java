package io.muster.gossip.wire;

import java.util.Arrays;

/*
 * Which frames have been seen, per sending process: the highest counter and a bit for each of the 256 below it (RFC 4303,
 * section 3.4.3, wider, because streams and datagrams share a counter). Senders are those whose frames were opened, so only
 * holders of a key get an entry; the one that was silent longest gives way when there are too many.
 *
 * Every node holds one window per member, so they are kept in plain arrays, 56 bytes each: a sender has a place in them, which is
 * found by open addressing (linear probing, load at most 1/2).
 */
final class ReplayWindows {
    private static final int WIDTH = 256;
    private static final int WORDS = WIDTH / Long.SIZE;
    private static final int MOST_SENDERS = 16_384;
    private static final int FIRST_PLACES = 16;
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private final int mostSenders;
    private long[] senders = new long[FIRST_PLACES];
    private long[] highest = new long[FIRST_PLACES];
    private long[] heardAt = new long[FIRST_PLACES];
    private long[] seen = new long[FIRST_PLACES * WORDS];
    private int[] index = new int[2 * FIRST_PLACES];
    private int size;
    private long frames;

    ReplayWindows() {
        this(MOST_SENDERS);
    }

    ReplayWindows(int mostSenders) {
        this.mostSenders = mostSenders;
    }

    /** Whether a counter is new, which it then no longer is. */
    boolean accept(long sender, long counter) {
        int place = placeOf(sender);
        heardAt[place] = frames++;
        if (counter > highest[place]) {
            long from = Math.max(highest[place] + 1, counter - WIDTH + 1);
            for (long skipped = from; skipped < counter; skipped++) {
                set(place, skipped, false);
            }
            highest[place] = counter;
            set(place, counter, true);
            return true;
        }
        if (highest[place] - counter >= WIDTH || isSet(place, counter)) {
            return false;
        }
        set(place, counter, true);
        return true;
    }

    private int placeOf(long sender) {
        int mask = index.length - 1;
        for (int i = home(sender); index[i] != 0; i = (i + 1) & mask) {
            if (senders[index[i] - 1] == sender) {
                return index[i] - 1;
            }
        }
        return size < mostSenders ? add(sender) : replaceSilent(sender);
    }

    private int add(long sender) {
        int place = size++;
        if (place == senders.length) {
            int places = Math.min(mostSenders, place + place / 2);
            senders = Arrays.copyOf(senders, places);
            highest = Arrays.copyOf(highest, places);
            heardAt = Arrays.copyOf(heardAt, places);
            seen = Arrays.copyOf(seen, places * WORDS);
        }
        begin(place, sender);
        if (2 * size > index.length) {
            index = new int[2 * index.length];
            linkAll();
        } else {
            link(place);
        }
        return place;
    }

    private int replaceSilent(long sender) {
        int silent = 0;
        for (int place = 1; place < size; place++) {
            silent = heardAt[place] < heardAt[silent] ? place : silent;
        }
        begin(silent, sender);
        Arrays.fill(index, 0);
        linkAll();
        return silent;
    }

    private void begin(int place, long sender) {
        senders[place] = sender;
        highest[place] = -1;
        Arrays.fill(seen, place * WORDS, (place + 1) * WORDS, 0);
    }

    private void linkAll() {
        for (int place = 0; place < size; place++) {
            link(place);
        }
    }

    private void link(int place) {
        int mask = index.length - 1;
        int i = home(senders[place]);
        while (index[i] != 0) {
            i = (i + 1) & mask;
        }
        index[i] = place + 1;
    }

    private int home(long sender) {
        return (int) ((sender * SPREAD) >>> Integer.SIZE) & (index.length - 1);
    }

    private boolean isSet(int place, long counter) {
        return (seen[word(place, counter)] & 1L << counter) != 0;
    }

    private void set(int place, long counter, boolean value) {
        if (value) {
            seen[word(place, counter)] |= 1L << counter;
        } else {
            seen[word(place, counter)] &= ~(1L << counter);
        }
    }

    private static int word(int place, long counter) {
        return place * WORDS + (int) (counter % WIDTH) / Long.SIZE;
    }
}
