package io.muster.gossip.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The steady state allocates next to nothing: five nodes that share values, messages carried by a pool. */
class AllocationTest {
    private static final int N = 5;
    private static final long SECOND = 1_000_000_000L;

    private static final class Letter {
        int from;
        int to;
        Effects.Channel channel = Effects.Channel.DATAGRAM;
        final Message message = new Message();
    }

    private final class Mouth implements Effects {
        private final int index;

        Mouth(int index) {
            this.index = index;
        }

        @Override
        public void send(NodeAddress to, Channel channel, Message message) {
            Letter letter = pool.isEmpty() ? new Letter() : pool.removeLast();
            letter.from = index;
            letter.to = to.port() - 1;
            letter.channel = channel;
            letter.message.copyFrom(message);
            letters.addLast(letter);
        }

        @Override
        public void event(MemberEvent event) {}

        @Override
        public void state(StateEvent event) {}
    }

    private final ArrayDeque<Letter> pool = new ArrayDeque<>();
    private final ArrayDeque<Letter> letters = new ArrayDeque<>();
    private final List<SwimNode> nodes = new ArrayList<>();
    private final List<Mouth> mouths = new ArrayList<>();
    private final NodeAddress[] addresses = new NodeAddress[N];
    private long now = 1;

    private void start() {
        List<MemberRecord> all = new ArrayList<>();
        for (int i = 0; i < N; i++) {
            addresses[i] = new NodeAddress("10.0.0.1", i + 1);
            SwimNode node = new SwimNode(
                    SwimConfig.lan(), new MemberId("n" + i, 0, new UUID(0, i)), addresses[i], Metadata.EMPTY, i);
            nodes.add(node);
            mouths.add(new Mouth(i));
            all.add(node.self());
        }
        for (int i = 0; i < N; i++) {
            nodes.get(i).remember(all);
            nodes.get(i).start(now, List.of(), mouths.get(i));
        }
    }

    private void run(long until) {
        while (now < until) {
            int next = 0;
            for (int i = 1; i < N; i++) {
                next = nodes.get(i).nextWake() < nodes.get(next).nextWake() ? i : next;
            }
            now = Math.max(now + 1, nodes.get(next).nextWake());
            nodes.get(next).onTimer(now, mouths.get(next));
            while (!letters.isEmpty()) {
                Letter letter = letters.removeFirst();
                nodes.get(letter.to)
                        .onMessage(now, addresses[letter.from], letter.channel, letter.message, mouths.get(letter.to));
                pool.addLast(letter);
            }
        }
    }

    @Test
    void theSteadyStateAllocatesNextToNothing() {
        start();
        for (int i = 0; i < N; i++) {
            nodes.get(i).change(now, state -> state.publish("load", StateValue.of("1")), mouths.get(i));
        }
        run(5000 * SECOND);
        assertThat(nodes.get(0).state().values()).hasSize(N);
        long syncs = nodes.get(0).counters().stateSyncs();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        run(7000 * SECOND);
        double perPeriod = (threads.getCurrentThreadAllocatedBytes() - before) / 2000.0 / N;
        System.out.printf("allocated per node and period in the steady state: %.1f bytes%n", perPeriod);
        assertThat(perPeriod).isLessThan(64);
        assertThat(nodes.get(0).counters().stateSyncs()).isEqualTo(syncs);
    }
}
