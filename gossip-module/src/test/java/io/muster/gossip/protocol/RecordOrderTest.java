package io.muster.gossip.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** S1: claims about one name have one total order, so merging is commutative, associative and idempotent. Exhaustive. */
class RecordOrderTest {
    private static final NodeAddress HERE = new NodeAddress("10.0.0.1", 7072);
    private static final NodeAddress THERE = new NodeAddress("10.0.0.2", 7072);

    private static List<MemberRecord> claims() {
        List<MemberRecord> all = new ArrayList<>();
        for (long epoch = 0; epoch < 2; epoch++) {
            for (long uid = 0; uid < 2; uid++) {
                MemberId id = new MemberId("a", epoch, new UUID(uid, 0));
                for (long incarnation = 0; incarnation < 3; incarnation++) {
                    for (MemberState state : MemberState.values()) {
                        all.add(new MemberRecord(id, incarnation, state, HERE, Metadata.EMPTY));
                    }
                }
                all.add(new MemberRecord(id, 1, MemberState.ALIVE, THERE, Metadata.EMPTY));
                all.add(new MemberRecord(id, 1, MemberState.ALIVE, HERE, Metadata.of(new byte[] {1})));
            }
        }
        return all;
    }

    private static MemberRecord merge(MemberRecord a, MemberRecord b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    @Test
    void mergingIsCommutativeAssociativeAndIdempotent() {
        List<MemberRecord> all = claims();
        for (MemberRecord a : all) {
            assertThat(merge(a, a)).isEqualTo(a);
            for (MemberRecord b : all) {
                assertThat(a.compareTo(b) == 0).isEqualTo(a.equals(b));
                assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
                assertThat(merge(a, b)).isEqualTo(merge(b, a));
                for (MemberRecord c : all) {
                    assertThat(merge(merge(a, b), c)).isEqualTo(merge(a, merge(b, c)));
                }
            }
        }
    }

    @Test
    void ordersByLifeThenLeavingThenIncarnationThenState() {
        MemberId first = new MemberId("a", 0, new UUID(5, 0));
        MemberId second = new MemberId("a", 1, new UUID(1, 0));
        List<MemberRecord> rising = List.of(
                new MemberRecord(first, 0, MemberState.ALIVE, HERE, Metadata.EMPTY),
                new MemberRecord(first, 0, MemberState.SUSPECT, HERE, Metadata.EMPTY),
                new MemberRecord(first, 0, MemberState.DEAD, HERE, Metadata.EMPTY),
                new MemberRecord(first, 1, MemberState.ALIVE, HERE, Metadata.EMPTY),
                new MemberRecord(first, 9, MemberState.DEAD, HERE, Metadata.EMPTY),
                new MemberRecord(first, 0, MemberState.LEFT, HERE, Metadata.EMPTY),
                new MemberRecord(second, 0, MemberState.ALIVE, HERE, Metadata.EMPTY));
        assertThat(rising).isSorted();
    }
}
