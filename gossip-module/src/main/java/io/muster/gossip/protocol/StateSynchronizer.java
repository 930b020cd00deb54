package io.muster.gossip.protocol;

import java.util.Arrays;

/*
 * Push-pull of what members share. Who sees that a digest's root differs from its own, in the answer to a probe or to a
 * push-pull of the table, and has had no news for a period, asks, by stream, in up to three steps:
 *
 *   its 256 buckets (2 kB)                   ->  8 bytes for each of the other's entries in the buckets that differ
 *   those of them that are not held here     ->  their entries
 *   what is held here and not there, after that
 *
 * So nothing is sent while nothing has changed, and no entry that the other has. Where something changes all the time nobody is
 * ever quiet; then one asks once in a few periods nevertheless. No step leaves anything behind at the node that answers, and
 * no timer at the one that asks: what gets no answer is asked again when the next probe shows that the roots still differ.
 */
final class StateSynchronizer {
    private static final int MAX_BYTES = 1 << 20;
    private static final int BUSY_PERIODS = 5;
    private static final long[] NOTHING = new long[0];

    private final NodeContext node;
    private final SharedState state;
    private final long[] wanted = new long[Message.BUCKETS / Long.SIZE];
    private long[] theirs = NOTHING;
    private long askedAt = Long.MIN_VALUE;
    private long sequence = -1;

    StateSynchronizer(NodeContext node, SharedState state) {
        this.node = node;
        this.state = state;
    }

    /** Another node's root, as it was told in an answer. */
    void noteRoot(long root, NodeAddress address) {
        if (root == state.digest() || !node.on(Rule.STATE_SYNC)) {
            return;
        }
        long pause = state.isQuiet() ? node.periodNanos : BUSY_PERIODS * node.periodNanos;
        if (askedAt != Long.MIN_VALUE && node.now() - askedAt < pause) {
            return;
        }
        askedAt = node.now();
        node.counters.stateSyncs++;
        Message question = ask(Message.Kind.STATE_SYNC);
        question.buckets(state.store().digest().buckets());
        node.send(address, Effects.Channel.STREAM, question);
    }

    void onMessage(Message message, NodeAddress from) {
        switch (message.kind()) {
            case STATE_SYNC -> summarize(message, from);
            case STATE_PULL -> give(message, from);
            case STATE_PUSH -> {
                state.mergeAll(message);
                node.send(from, Effects.Channel.REPLY, node.message(Message.Kind.STATE_TAKEN, message.sequence()));
            }
            case STATE_SUMMARY -> {
                if (message.sequence() == sequence) {
                    pull(message, from);
                }
            }
            case STATE_ENTRIES -> {
                state.mergeAll(message);
                if (message.sequence() == sequence) {
                    push(from);
                }
            }
            case STATE_TAKEN -> {}
            default -> throw new IllegalArgumentException("kind must be of the state but was " + message.kind());
        }
    }

    private Message ask(Message.Kind kind) {
        sequence = node.newSequence();
        return node.message(kind, sequence);
    }

    private void summarize(Message question, NodeAddress from) {
        long[] buckets = question.buckets();
        long[] mine = state.store().digest().buckets();
        Message answer = node.message(Message.Kind.STATE_SUMMARY, question.sequence());
        answer.wantNone();
        for (int bucket = 0; bucket < Message.BUCKETS && buckets.length == Message.BUCKETS; bucket++) {
            if (buckets[bucket] != mine[bucket]) {
                answer.want(bucket);
            }
        }
        answer.digests(digestsHeld(answer));
        node.send(from, Effects.Channel.REPLY, answer);
    }

    /** Digests of the entries held in the buckets that a message wants, ascending; not more than a message may have. */
    private long[] digestsHeld(Message message) {
        long[] digests = new long[Math.min(state.store().digest().entries(), Message.MAX_DIGESTS)];
        int[] count = new int[1];
        state.store().forEach(entry -> {
            if (count[0] < digests.length && message.wants(StateDigest.bucketOf(entry))) {
                digests[count[0]++] = entry.digest();
            }
        });
        Arrays.sort(digests, 0, count[0]);
        return Arrays.copyOf(digests, count[0]);
    }

    private void pull(Message summary, NodeAddress from) {
        theirs = sorted(summary.digests());
        for (int word = 0; word < wanted.length; word++) {
            wanted[word] = summary.wantedWord(word);
        }
        long[] mine = digestsHeld(summary);
        long[] missing = new long[theirs.length];
        int count = 0;
        for (long digest : theirs) {
            if (Arrays.binarySearch(mine, digest) < 0) {
                missing[count++] = digest;
            }
        }
        if (count == 0) {
            push(from);
            return;
        }
        Message question = ask(Message.Kind.STATE_PULL);
        question.digests(Arrays.copyOf(missing, count));
        node.send(from, Effects.Channel.STREAM, question);
    }

    private void give(Message question, NodeAddress from) {
        long[] asked = sorted(question.digests());
        Message answer = node.message(Message.Kind.STATE_ENTRIES, question.sequence());
        state.store().forEach(entry -> {
            if (Arrays.binarySearch(asked, entry.digest()) >= 0 && answer.maxEncodedSize() < MAX_BYTES) {
                answer.add(entry);
            }
        });
        node.send(from, Effects.Channel.REPLY, answer);
    }

    private void push(NodeAddress from) {
        Message push = ask(Message.Kind.STATE_PUSH);
        state.store().forEach(entry -> {
            int bucket = StateDigest.bucketOf(entry);
            boolean differs = (wanted[bucket / Long.SIZE] & 1L << bucket) != 0;
            if (differs && Arrays.binarySearch(theirs, entry.digest()) < 0 && push.maxEncodedSize() < MAX_BYTES) {
                push.add(entry);
            }
        });
        theirs = NOTHING;
        if (push.entryCount() > 0) {
            node.send(from, Effects.Channel.STREAM, push);
        }
    }

    private static long[] sorted(long[] values) {
        long[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }
}
