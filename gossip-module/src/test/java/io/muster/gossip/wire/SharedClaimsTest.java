package io.muster.gossip.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.Rumor;
import io.muster.gossip.protocol.StateEntry;
import io.muster.gossip.protocol.StateValue;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SharedClaimsTest {
    private final SharedClaims claims = new SharedClaims();

    private static MemberId id(int node) {
        return new MemberId("n" + node, 1, new UUID(node, 7));
    }

    private static Rumor claim(int node, long incarnation, MemberState state, long accuser) {
        NodeAddress address = new NodeAddress("127.0.0.1", 7000 + node);
        return new Rumor(new MemberRecord(id(node), incarnation, state, address, Metadata.EMPTY), accuser, 0);
    }

    private static StateEntry entry(int node, long version) {
        return new StateEntry(StateEntry.Kind.VALUE, "", "load", id(node), version, StateValue.of("v" + version));
    }

    private Message read(Rumor rumor, StateEntry entry) {
        Message written = new Message().start(Message.Kind.PING, 1);
        written.add(rumor);
        written.add(entry);
        ByteBuffer out = ByteBuffer.allocate(written.maxEncodedSize());
        MessageCodec.encode(written, out);
        Message read = new Message();
        MessageCodec.decode(out.flip(), read, claims);
        return read;
    }

    @Test
    void whatIsEqualIsHeldOnce() {
        Message first = read(claim(1, 0, MemberState.SUSPECT, 5), entry(1, 1));
        Message second = read(claim(1, 0, MemberState.SUSPECT, 6), entry(1, 1));
        assertThat(second.rumors().get(0).record())
                .isSameAs(first.rumors().get(0).record());
        assertThat(second.rumors().get(0).accuser()).isEqualTo(6);
        assertThat(second.entries().get(0)).isSameAs(first.entries().get(0));
    }

    @Test
    void whatDiffersStaysWhatItIs() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 10_000; i++) {
                Rumor rumor = claim(i, round, MemberState.ALIVE, 0);
                StateEntry entry = entry(i, round + 1);
                Message read = read(rumor, entry);
                assertThat(read.rumors()).containsExactly(rumor);
                assertThat(read.entries()).containsExactly(entry);
            }
        }
    }

    @Test
    void metadataOfAnyLengthIsPartOfTheClaim() {
        for (int length = 0; length <= Metadata.MAX_BYTES; length++) {
            byte[] bytes = new byte[length];
            if (length > 0) {
                bytes[length - 1] = 1;
            }
            MemberRecord record = new MemberRecord(
                    id(1), 0, MemberState.DEAD, new NodeAddress("127.0.0.1", 7001), Metadata.of(bytes));
            MemberRecord alive = new MemberRecord(id(1), 0, MemberState.ALIVE, record.address(), Metadata.of(bytes));
            assertThat(read(new Rumor(record, 0, 7), entry(1, 1)).rumors()).containsExactly(new Rumor(record, 0, 7));
            assertThat(read(new Rumor(alive, 0, 0), entry(1, 1)).rumors()).containsExactly(new Rumor(alive, 0, 0));
        }
    }
}
