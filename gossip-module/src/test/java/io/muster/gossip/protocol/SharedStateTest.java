package io.muster.gossip.protocol;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one node takes from itself and from others. */
class SharedStateTest {
    private static final NodeAddress HERE = new NodeAddress("10.0.0.1", 7072);
    private static final NodeAddress THERE = new NodeAddress("10.0.0.2", 7072);
    private static final MemberId SELF = new MemberId("a", 9, new UUID(1, 1));
    private static final MemberId OTHER = new MemberId("b", 3, new UUID(2, 2));

    private final SwimNode node = new SwimNode(SwimConfig.lan(), SELF, HERE, Metadata.EMPTY, 1);
    private final List<StateEvent> events = new ArrayList<>();
    private final List<Message> sent = new ArrayList<>();
    private final Effects effects = new Effects() {
        @Override
        public void send(NodeAddress to, Channel channel, Message message) {
            sent.add(new Message().copyFrom(message));
        }

        @Override
        public void event(MemberEvent event) {}

        @Override
        public void state(StateEvent event) {
            events.add(event);
        }
    };
    private long now = 1;

    @BeforeEach
    void start() {
        node.remember(List.of(new MemberRecord(OTHER, 0, MemberState.ALIVE, THERE, Metadata.EMPTY)));
        node.start(now, List.of(), effects);
    }

    private void change(Consumer<SharedState> change) {
        node.change(++now, change, effects);
    }

    private void hear(StateEntry... entries) {
        Message message = new Message().start(Message.Kind.RUMORS, 0).sender(OTHER.nameHash(), OTHER.life());
        for (StateEntry entry : entries) {
            message.add(entry);
        }
        node.onMessage(++now, THERE, Effects.Channel.DATAGRAM, message, effects);
    }

    private static StateEntry value(MemberId writer, String key, long version, String text) {
        return new StateEntry(StateEntry.Kind.VALUE, "", key, writer, version, StateValue.of(text));
    }

    @Test
    void tellsEachChangeOnce() {
        change(state -> state.publish("load", StateValue.of("1")));
        change(state -> state.publish("load", StateValue.of("1")));
        change(state -> state.remove("load"));
        change(state -> state.remove("load"));
        hear(value(OTHER, "load", 1, "2"), value(OTHER, "load", 1, "2"));
        assertThat(events)
                .containsExactly(
                        new StateEvent(StateEntry.Kind.VALUE, "a", "load", StateValue.of("1")),
                        new StateEvent(StateEntry.Kind.VALUE, "a", "load", null),
                        new StateEvent(StateEntry.Kind.VALUE, "b", "load", StateValue.of("2")));
        assertThat(node.state().values()).containsOnlyKeys("b");
    }

    @Test
    void refusesWhatExceedsABoundAndSaysWhich() {
        assertThatThrownBy(() -> StateValue.of(new byte[257]))
                .hasMessageContaining("at most 256 bytes")
                .hasMessageContaining("257");
        assertThatThrownBy(() -> change(state -> state.publish("a b", StateValue.of("x"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key must be")
                .hasMessageContaining("a b");
        for (int i = 0; i < 64; i++) {
            String key = "k" + i;
            change(state -> state.publish(key, StateValue.of("x")));
        }
        assertThatThrownBy(() -> change(state -> state.publish("more", StateValue.of("x"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("64 keys")
                .hasMessageContaining("more");
        change(state -> state.publish("k7", StateValue.of("y")));
        change(state -> state.remove("k8"));
        change(state -> state.publish("more", StateValue.of("x")));
        assertThat(node.state().values("a")).hasSize(64).containsEntry("k7", StateValue.of("y"));
    }

    @Test
    void refusesMoreBytesThanAMemberMayHave() {
        for (int i = 0; i < 31; i++) {
            String key = "key" + i;
            change(state -> state.publish(key, StateValue.of(new byte[256])));
        }
        assertThatThrownBy(() -> change(state -> state.publish("last", StateValue.of(new byte[256]))))
                .hasMessageContaining("8192 bytes");
    }

    @Test
    void refusesMoreCountersAndMapEntriesThanThereMayBe() {
        for (int i = 0; i < 32; i++) {
            String counter = "c" + i;
            change(state -> state.add(counter, 1));
        }
        assertThatThrownBy(() -> change(state -> state.add("more", 1))).hasMessageContaining("at most 32");
        change(state -> state.add("c1", -4));
        assertThat(node.state().count("c1")).isEqualTo(-3);
        for (int i = 0; i < 512; i++) {
            String key = "k" + i;
            change(state -> state.put("m", key, StateValue.of("x")));
        }
        assertThatThrownBy(() -> change(state -> state.put("other", "more", StateValue.of("x"))))
                .hasMessageContaining("at most 512");
        change(state -> state.remove("m", "k3"));
        change(state -> state.put("other", "more", StateValue.of("x")));
        assertThat(node.state().map("m")).hasSize(511);
        assertThat(node.state().map("other")).hasSize(1);
    }

    @Test
    void aCounterThatWouldOverflowIsRefusedAndKeepsItsSum() {
        change(state -> state.add("c", 1L << 60));
        assertThatThrownBy(() -> change(state -> state.add("c", Long.MAX_VALUE)))
                .hasMessageContaining("2^60");
        assertThatThrownBy(() -> change(state -> state.add("c", Long.MIN_VALUE)))
                .hasMessageContaining("2^60");
        assertThat(node.state().count("c")).isEqualTo(1L << 60);
    }

    @Test
    void dropsAndCountsWhatOthersMayNotHave() {
        for (int i = 0; i < 100; i++) {
            hear(value(OTHER, "k" + i, i + 1, "x"));
        }
        assertThat(node.state().values("b")).hasSize(64);
        assertThat(node.counters().refusedEntries()).isEqualTo(36);
    }

    @Test
    void dropsAndCountsLeapsAndStrangers() {
        hear(value(OTHER, "k", 1L << 40, "x"));
        hear(new StateEntry(StateEntry.Kind.MAP, "m", "k", OTHER, 1L << 40, StateValue.of("x")));
        assertThat(node.counters().refusedEntries()).isEqualTo(2);
        hear(value(new MemberId("nobody", 0, new UUID(0, 0)), "k", 1, "x"));
        hear(value(new MemberId("b", 4, new UUID(0, 0)), "k", 1, "x"));
        hear(value(new MemberId("b", 2, new UUID(0, 0)), "k", 1, "x"));
        hear(value(new MemberId("a", 2, new UUID(0, 0)), "k", 1, "x"));
        assertThat(node.counters().strangeEntries()).isEqualTo(4);
        assertThat(events).isEmpty();
        assertThat(node.state().digest()).isZero();
    }

    @Test
    void aCountThatMakesNoSenseIsDropped() {
        hear(new StateEntry(StateEntry.Kind.COUNTER, "", "c", OTHER, 1, StateValue.of("nonsense!")));
        hear(new StateEntry(StateEntry.Kind.COUNTER, "", "c", OTHER, 2, new Tally(1, 0, 0, 0, 9).value()));
        assertThat(node.counters().refusedEntries()).isEqualTo(2);
        assertThat(node.state().count("c")).isZero();
    }

    @Test
    void whoWritesInThisNodesNameIsOverwritten() {
        change(state -> state.publish("load", StateValue.of("1")));
        change(state -> state.add("c", 5));
        hear(
                value(SELF, "load", 50, "forged"),
                value(SELF, "invented", 60, "forged"),
                new StateEntry(StateEntry.Kind.COUNTER, "", "c", SELF, 70, new Tally(99, 0, 0, 0, 0).value()),
                new StateEntry(StateEntry.Kind.VALUE, "", "", SELF, 80, null));
        assertThat(node.counters().takenBack()).isEqualTo(4);
        assertThat(node.state().values("a")).containsOnlyKeys("load").containsEntry("load", StateValue.of("1"));
        assertThat(node.state().count("c")).isEqualTo(5);
        StateEntry right = requireNonNull(node.state().store().owner("a")).value("load");
        assertThat(requireNonNull(right).version()).isGreaterThan(80);
    }

    private static StateEntry former(int epoch, Tally tally) {
        MemberId life = new MemberId("a", epoch, new UUID(0, epoch));
        return new StateEntry(StateEntry.Kind.COUNTER, "", "c", life, 1, tally.value());
    }

    @Test
    void foldsWhatFormerLivesHaveCountedButForTheLastFour() {
        change(state -> state.add("c", 100));
        for (int epoch = 1; epoch <= 6; epoch++) {
            hear(former(epoch, new Tally(10, 1, 0, 0, 0)));
        }
        assertThat(node.state().count("c")).isEqualTo(100 + 6 * 9);
        assertThat(requireNonNull(node.state().store().owner("a")).counts("c")).hasSize(5);
        hear(former(2, new Tally(10, 1, 0, 0, 0)));
        assertThat(node.state().count("c")).isEqualTo(100 + 6 * 9);
    }

    @Test
    void whatAnotherLifeHasFoldedTooCountsOnce() {
        for (int epoch = 1; epoch <= 5; epoch++) {
            hear(former(epoch, new Tally(10, 0, 0, 0, 0)));
        }
        assertThat(node.state().count("c")).isEqualTo(50);
        hear(former(6, new Tally(10, 0, 10, 0, 2)));
        assertThat(node.state().count("c")).isEqualTo(60);
    }

    @Test
    void whoWritesInThisNodesNameFindsNoWayToBreakIt() {
        for (int i = 0; i < 40; i++) {
            MemberId twin = new MemberId("a", 9, new UUID(7, i));
            hear(new StateEntry(StateEntry.Kind.COUNTER, "", "c", twin, 1, new Tally(1, 0, 0, 0, 0).value()));
            hear(former(i % 9, new Tally(1, 0, 0, 0, i % 9)));
            hear(new StateEntry(StateEntry.Kind.COUNTER, "", "junk" + i, SELF, 1, new Tally(1, 0, 0, 0, 0).value()));
            hear(new StateEntry(StateEntry.Kind.VALUE, "", "", SELF, (i + 1L) << 31, null));
            hear(value(SELF, "k" + i, StateEntry.MAX_VERSION, "forged"));
        }
        change(state -> state.publish("load", StateValue.of("1")));
        change(state -> state.add("junk0", 5));
        assertThat(node.state().values("a")).containsOnlyKeys("load");
        assertThat(node.state().count("junk0")).isEqualTo(5);
    }

    @Test
    void takesBackNoMoreThanTenValuesInAPeriod() {
        for (int i = 0; i < 50; i++) {
            hear(value(SELF, "invented" + i, 100 + i, "forged"));
        }
        assertThat(node.counters().takenBack()).isEqualTo(10);
    }

    @Test
    void theValuesOfAMemberGoWithIt() {
        hear(value(OTHER, "load", 1, "1"));
        Message death = new Message().start(Message.Kind.RUMORS, 0);
        death.add(new Rumor(new MemberRecord(OTHER, 0, MemberState.LEFT, THERE, Metadata.EMPTY), 0, 0));
        node.onMessage(++now, THERE, Effects.Channel.DATAGRAM, death, effects);
        assertThat(events).last().isEqualTo(new StateEvent(StateEntry.Kind.VALUE, "b", "load", null));
        assertThat(node.state().digest()).isZero();
    }

    /** Whoever holds the key can invent members; what that takes is bounded, and so is what is held of them. */
    @Test
    void inventedMembersAndTheirEntriesAreBounded() {
        for (int i = 0; i < 17_000; i++) {
            MemberId id = new MemberId("x" + i, 0, new UUID(0, i));
            Message message = new Message().start(Message.Kind.RUMORS, 0);
            message.add(new Rumor(new MemberRecord(id, 0, MemberState.ALIVE, THERE, Metadata.EMPTY), 0, 0));
            for (int key = 0; key < 20; key++) {
                message.add(value(id, "k" + key, key + 1, "x"));
            }
            node.onMessage(++now, THERE, Effects.Channel.DATAGRAM, message, effects);
            sent.clear();
        }
        assertThat(node.liveCount()).isEqualTo(16_384);
        assertThat(node.state().store().digest().entries()).isEqualTo(250_000);
        assertThat(node.counters().refusedClaims()).isPositive();
        assertThat(node.counters().refusedEntries()).isPositive();
        hear(value(OTHER, "load", 1, "x"));
        assertThat(node.state().values("b")).isEmpty();
        change(state -> state.publish("load", StateValue.of("1")));
        assertThat(node.state().values("a")).containsOnlyKeys("load");
    }

    @Test
    void aNodeThatIsNotRunningChangesNothing() {
        SwimNode other = new SwimNode(SwimConfig.lan(), OTHER, THERE, Metadata.EMPTY, 1);
        assertThatThrownBy(() -> other.change(1, state -> state.add("c", 1), effects))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must be running");
    }
}
