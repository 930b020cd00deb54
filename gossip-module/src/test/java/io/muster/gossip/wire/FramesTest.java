package io.muster.gossip.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.Rumor;
import io.muster.gossip.protocol.StateEntry;
import io.muster.gossip.protocol.StateValue;
import io.muster.gossip.wire.Frames.Verdict;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static final int FUZZED = Integer.getInteger("gossip.fuzz", 200_000);

    private final SecureRandom secure = new SecureRandom();
    private final SharedClaims claims = new SharedClaims();

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    private static Message random(SplittableRandom random) {
        Message.Kind kind = any(random, List.of(Message.Kind.values()));
        Message message = new Message().start(kind, random.nextLong(1L << random.nextInt(1, 62)));
        message.sender(random.nextLong(), random.nextLong());
        switch (kind) {
            case PING -> message.target(random.nextLong(), random.nextLong());
            case PING_REQUEST ->
                message.target(random.nextLong(), random.nextLong()).budgetMillis(random.nextInt(600_000));
            case ACK, SYNC, RUMORS -> message.root(random.nextLong());
            case SYNC_DIGEST, STATE_SYNC ->
                message.buckets(random.longs(Message.BUCKETS).toArray());
            case SYNC_RECORDS -> wanted(random, message);
            case STATE_SUMMARY -> {
                wanted(random, message);
                message.digests(random.longs(random.nextInt(40)).toArray());
            }
            case STATE_PULL -> message.digests(random.longs(random.nextInt(40)).toArray());
            default -> {}
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            message.add(rumor(random));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            message.add(entry(random));
        }
        return random.nextBoolean() ? message.stateRoot(random.nextLong()) : message;
    }

    private static void wanted(SplittableRandom random, Message message) {
        for (int word = 0; word < 4; word++) {
            message.wantedWord(word, random.nextLong());
        }
    }

    private static StateEntry entry(SplittableRandom random) {
        StateEntry.Kind kind = any(random, List.of(StateEntry.Kind.values()));
        MemberId writer = new MemberId(
                "w".repeat(random.nextInt(1, MemberId.MAX_NAME + 1)),
                random.nextLong(MemberId.MAX_EPOCH + 1),
                new UUID(random.nextLong(), random.nextLong()));
        byte[] bytes = new byte[random.nextInt(StateValue.MAX_BYTES + 1)];
        random.nextBytes(bytes);
        boolean removed = kind != StateEntry.Kind.COUNTER && random.nextInt(3) == 0;
        boolean floor = kind == StateEntry.Kind.VALUE && removed && random.nextBoolean();
        return new StateEntry(
                kind,
                kind == StateEntry.Kind.MAP ? "m".repeat(random.nextInt(1, StateEntry.MAX_NAME + 1)) : "",
                floor ? "" : "k".repeat(random.nextInt(1, StateEntry.MAX_NAME + 1)),
                writer,
                1 + random.nextLong(StateEntry.MAX_VERSION),
                removed ? null : StateValue.of(bytes));
    }

    private static <T> T any(SplittableRandom random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static Rumor rumor(SplittableRandom random) {
        MemberState state = any(random, List.of(MemberState.values()));
        MemberId id = new MemberId(
                "n".repeat(random.nextInt(1, MemberId.MAX_NAME + 1)),
                random.nextLong(MemberId.MAX_EPOCH + 1),
                new UUID(random.nextLong(), random.nextLong()));
        byte[] metadata = new byte[random.nextInt(Metadata.MAX_BYTES + 1)];
        random.nextBytes(metadata);
        MemberRecord record = new MemberRecord(
                id,
                random.nextLong(MemberRecord.MAX_INCARNATION + 1),
                state,
                new NodeAddress(random.nextBoolean() ? "10.1.2.3" : "fe80::1:2", random.nextInt(1, 65_536)),
                Metadata.of(metadata));
        return new Rumor(
                record,
                state == MemberState.SUSPECT ? random.nextLong() : 0,
                state.isLive() ? 0 : random.nextLong(Rumor.MAX_AGE_MILLIS + 1));
    }

    private static ByteBuffer seal(Frames frames, Message message) {
        ByteBuffer out = ByteBuffer.allocate(message.maxEncodedSize() + Frames.MAX_OVERHEAD_BYTES);
        frames.seal(message, out);
        return out.flip();
    }

    private static void assertSame(Message read, Message written) {
        assertThat(read.kind()).isEqualTo(written.kind());
        assertThat(read.sequence()).isEqualTo(written.sequence());
        assertThat(read.senderName()).isEqualTo(written.senderName());
        assertThat(read.senderLife()).isEqualTo(written.senderLife());
        assertThat(read.targetName()).isEqualTo(written.targetName());
        assertThat(read.targetLife()).isEqualTo(written.targetLife());
        assertThat(read.budgetMillis()).isEqualTo(written.budgetMillis());
        assertThat(read.root()).isEqualTo(written.root());
        assertThat(read.rumors()).isEqualTo(written.rumors());
        assertThat(read.entries()).isEqualTo(written.entries());
        assertThat(read.stateRoot()).isEqualTo(written.stateRoot());
        if (written.hasBuckets()) {
            assertThat(read.buckets()).isEqualTo(written.buckets());
        }
        if (written.hasDigests()) {
            assertThat(read.digests()).isEqualTo(written.digests());
        }
        if (written.hasWanted()) {
            for (int word = 0; word < 4; word++) {
                assertThat(read.wantedWord(word)).isEqualTo(written.wantedWord(word));
            }
        }
    }

    @Test
    void whatIsSealedIsOpenedAndNeverLargerThanPromised() {
        SplittableRandom random = new SplittableRandom(1);
        Keyring keyring = new Keyring(1, key(1));
        Frames sender = new Frames("edge", keyring, secure, claims);
        Frames receiver = new Frames("edge", keyring, secure, claims);
        Frames plain = new Frames("edge", null, secure, claims);
        for (int i = 0; i < 3000; i++) {
            Message written = random(random);
            Message read = new Message();
            assertThat(Frames.sizeOf(written, true))
                    .isEqualTo(seal(sender, written).remaining());
            assertThat(Frames.sizeOf(written, false))
                    .isEqualTo(seal(plain, written).remaining());
            assertThat(receiver.open(seal(sender, written), read)).isEqualTo(Verdict.ACCEPTED);
            assertSame(read, written);
            assertThat(plain.open(seal(plain, written), read)).isEqualTo(Verdict.ACCEPTED);
            assertSame(read, written);
        }
    }

    @Test
    void refusesWhatIsNotMeantForIt() {
        Message message = random(new SplittableRandom(2));
        Keyring keyring = new Keyring(1, key(1));
        Frames receiver = new Frames("edge", keyring, secure, claims);
        Message read = new Message();
        assertThat(receiver.open(seal(new Frames("other", keyring, secure, claims), message), read))
                .isEqualTo(Verdict.OTHER_CLUSTER);
        assertThat(receiver.open(seal(new Frames("edge", null, secure, claims), message), read))
                .isEqualTo(Verdict.UNSEALED);
        assertThat(receiver.open(seal(new Frames("edge", new Keyring(2, key(1)), secure, claims), message), read))
                .isEqualTo(Verdict.UNKNOWN_KEY);
        assertThat(receiver.open(seal(new Frames("edge", new Keyring(1, key(9)), secure, claims), message), read))
                .isEqualTo(Verdict.FORGED);
        assertThat(new Frames("edge", null, secure, claims)
                        .open(seal(new Frames("edge", keyring, secure, claims), message), read))
                .isEqualTo(Verdict.UNSEALED);
        ByteBuffer newer = seal(new Frames("edge", keyring, secure, claims), message);
        newer.put(2, (byte) 2);
        assertThat(receiver.open(newer, read)).isEqualTo(Verdict.OTHER_VERSION);
    }

    @Test
    void takesEachFrameOnce() {
        Keyring keyring = new Keyring(1, key(1));
        Frames sender = new Frames("edge", keyring, secure, claims);
        Frames receiver = new Frames("edge", keyring, secure, claims);
        Message message = random(new SplittableRandom(3));
        Message read = new Message();
        ByteBuffer first = seal(sender, message);
        ByteBuffer second = seal(sender, message);
        assertThat(receiver.open(second.duplicate(), read)).isEqualTo(Verdict.ACCEPTED);
        assertThat(receiver.open(first.duplicate(), read)).isEqualTo(Verdict.ACCEPTED);
        assertThat(receiver.open(second.duplicate(), read)).isEqualTo(Verdict.REPLAYED);
        assertThat(receiver.open(first.duplicate(), read)).isEqualTo(Verdict.REPLAYED);
        for (int i = 0; i < 300; i++) {
            assertThat(receiver.open(seal(sender, message), read)).isEqualTo(Verdict.ACCEPTED);
        }
        assertThat(receiver.open(first.duplicate(), read)).isEqualTo(Verdict.REPLAYED);
    }

    @Test
    void keysChangeWithoutAGap() {
        Keyring left = new Keyring(1, key(1));
        Keyring right = new Keyring(1, key(1));
        Frames sender = new Frames("edge", left, secure, claims);
        Frames receiver = new Frames("edge", right, secure, claims);
        Message message = random(new SplittableRandom(4));
        Message read = new Message();
        right.install(2, key(2));
        left.install(2, key(2));
        left.use(2);
        assertThat(receiver.open(seal(sender, message), read)).isEqualTo(Verdict.ACCEPTED);
        assertThat(sender.open(seal(receiver, message), read)).isEqualTo(Verdict.ACCEPTED);
        right.use(2);
        left.remove(1);
        assertThat(sender.open(seal(receiver, message), read)).isEqualTo(Verdict.ACCEPTED);
        assertThatThrownBy(() -> left.remove(2)).hasMessageContaining("key 2").hasMessageContaining("in use");
        assertThatThrownBy(() -> left.use(7)).hasMessageContaining("key 7").hasMessageContaining("installed");
    }

    @Test
    void passesOverFieldsOfALaterVersion() {
        Message written = random(new SplittableRandom(5));
        ByteBuffer out = ByteBuffer.allocate(written.maxEncodedSize() + 20);
        MessageCodec.encode(written, out);
        out.put((byte) 77).put((byte) 3).put(new byte[] {1, 2, 3});
        out.put((byte) 2).put((byte) 3).put(new byte[] {77, 2, 3});
        Message read = new Message();
        MessageCodec.decode(out.flip(), read, claims);
        assertSame(read, written);
    }

    /** S8: neither random nor damaged frames get anything but a verdict, nor more memory than they have bytes for. */
    @Test
    void survivesWhateverArrives() {
        SplittableRandom random = new SplittableRandom(6);
        Keyring keyring = new Keyring(1, key(1));
        Frames plain = new Frames("edge", null, secure, claims);
        Frames sealed = new Frames("edge", keyring, secure, claims);
        Message read = new Message();
        int accepted = 0;
        for (int i = 0; i < FUZZED; i++) {
            byte[] frame = damaged(random, seal(plain, random(random)));
            if (plain.open(ByteBuffer.wrap(frame), read) == Verdict.ACCEPTED) {
                accepted++;
                assertThat(read.rumors().size()).isLessThanOrEqualTo(frame.length / 30);
                assertThat(read.entries().size()).isLessThanOrEqualTo(frame.length / 24);
            }
            if (i % 10 == 0) {
                byte[] broken = damaged(random, seal(sealed, random(random)));
                Frames receiver = i % 1000 == 0 ? new Frames("edge", keyring, secure, claims) : sealed;
                assertThat(receiver.open(ByteBuffer.wrap(broken), read)).isNotNull();
            }
        }
        assertThat(accepted).isBetween(1, FUZZED - 1);
    }

    private static byte[] damaged(SplittableRandom random, ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        switch (random.nextInt(4)) {
            case 0 -> random.nextBytes(bytes);
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(40));
            default -> {
                for (int i = random.nextInt(1, 4); i > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
        }
        if (random.nextInt(3) == 0 && bytes.length > 8) {
            System.arraycopy(HEADER, 0, bytes, 0, 4);
        }
        return bytes;
    }

    private static final byte[] HEADER = {0x4D, 0x47, 1, 0};
}
