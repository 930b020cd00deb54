package io.muster.gossip.wire;

import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.Rumor;
import io.muster.gossip.protocol.StateEntry;
import io.muster.gossip.protocol.StateValue;
import io.muster.gossip.protocol.Varints;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/*
 * Version 1 of a message's body. Numbers are big-endian; a varint is LEB128, at most 9 bytes, below 2^63.
 *
 *   kind u8, sequence varint, sender name u64, sender life u64
 *   PING, PING_REQUEST   target name u64, target life u64
 *   PING_REQUEST         budget in ms, varint
 *   ACK, SYNC, RUMORS    root u64
 *   SYNC_DIGEST, STATE_SYNC         256 x u64
 *   SYNC_RECORDS, STATE_SUMMARY     wanted buckets, 4 x u64
 *   STATE_SUMMARY, STATE_PULL       number of digests, varint, at most 16,384; each u64
 *   then to the end      fields: tag u8, length varint, content; tag 1 is a claim, tag 2 an entry of the state, tag 3 the root
 *                        of the state's digest, u64; others are passed over
 *
 * A claim: name (length u8), epoch varint, uid 16 bytes, incarnation varint, state u8, host (length u8), port u16, metadata
 * (length varint), of a suspicion the accuser u64, of a tombstone its age in ms, varint; more content is passed over.
 *
 * An entry: kind u8, plus 128 if it has no value; scope, key, writer's name (length u8 each); epoch varint, uid 16 bytes,
 * version varint; value (length varint) if it has one; more content is passed over.
 */
final class MessageCodec {
    private static final int CLAIM = 1;
    private static final int ENTRY = 2;
    private static final int STATE_ROOT = 3;
    private static final int REMOVED = 0x80;
    private static final int MAX_BUDGET_MILLIS = 600_000;
    private static final int VARINT_BITS = 63;
    private static final int UID_BYTES = 16;
    private static final int WORDS = Message.BUCKETS / Long.SIZE;
    private static final Message.Kind[] KINDS = Message.Kind.values();
    private static final MemberState[] STATES = MemberState.values();
    private static final StateEntry.Kind[] ENTRY_KINDS = StateEntry.Kind.values();

    private MessageCodec() {}

    static void encode(Message message, ByteBuffer out) {
        Message.Kind kind = message.kind();
        out.put((byte) kind.code());
        putVarint(out, message.sequence());
        out.putLong(message.senderName()).putLong(message.senderLife());
        switch (kind) {
            case PING -> out.putLong(message.targetName()).putLong(message.targetLife());
            case PING_REQUEST -> {
                out.putLong(message.targetName()).putLong(message.targetLife());
                putVarint(out, message.budgetMillis());
            }
            case ACK, SYNC, RUMORS -> out.putLong(message.root());
            case SYNC_DIGEST, STATE_SYNC -> {
                for (long bucket : message.buckets()) {
                    out.putLong(bucket);
                }
            }
            case SYNC_RECORDS -> putWanted(message, out);
            case STATE_SUMMARY -> {
                putWanted(message, out);
                putDigests(message, out);
            }
            case STATE_PULL -> putDigests(message, out);
            case RELAYED_ACK, NACK, SYNC_SAME, SYNC_ANSWER, STATE_ENTRIES, STATE_PUSH, STATE_TAKEN -> {}
        }
        for (int i = 0; i < message.rumors().size(); i++) {
            putClaim(out, message.rumors().get(i));
        }
        for (int i = 0; i < message.entries().size(); i++) {
            putEntry(out, message.entries().get(i));
        }
        if (message.stateRoot() != 0) {
            out.put((byte) STATE_ROOT).put((byte) Long.BYTES).putLong(message.stateRoot());
        }
    }

    private static void putWanted(Message message, ByteBuffer out) {
        for (int word = 0; word < WORDS; word++) {
            out.putLong(message.wantedWord(word));
        }
    }

    private static void putDigests(Message message, ByteBuffer out) {
        putVarint(out, message.digests().length);
        for (long digest : message.digests()) {
            out.putLong(digest);
        }
    }

    private static void putEntry(ByteBuffer out, StateEntry entry) {
        byte[] scope = entry.scope().getBytes(StandardCharsets.US_ASCII);
        byte[] key = entry.key().getBytes(StandardCharsets.US_ASCII);
        byte[] name = entry.writer().name().getBytes(StandardCharsets.US_ASCII);
        StateValue value = entry.value();
        int length = 4 + scope.length + key.length + name.length + 16;
        length += Varints.size(entry.writer().epoch()) + Varints.size(entry.version());
        length += value == null ? 0 : Varints.size(value.size()) + value.size();
        out.put((byte) ENTRY);
        putVarint(out, length);
        out.put((byte) (entry.kind().code() | (value == null ? REMOVED : 0)));
        out.put((byte) scope.length).put(scope);
        out.put((byte) key.length).put(key);
        out.put((byte) name.length).put(name);
        putVarint(out, entry.writer().epoch());
        out.putLong(entry.writer().uid().getMostSignificantBits());
        out.putLong(entry.writer().uid().getLeastSignificantBits());
        putVarint(out, entry.version());
        if (value != null) {
            putVarint(out, value.size());
            out.put(value.bytes());
        }
    }

    private static void putClaim(ByteBuffer out, Rumor rumor) {
        MemberRecord record = rumor.record();
        byte[] name = record.id().name().getBytes(StandardCharsets.US_ASCII);
        byte[] host = record.address().host().getBytes(StandardCharsets.US_ASCII);
        byte[] metadata = record.metadata().bytes();
        int length = 1 + name.length + Varints.size(record.id().epoch()) + 16 + Varints.size(record.incarnation()) + 1;
        length += 1 + host.length + 2 + Varints.size(metadata.length) + metadata.length;
        length += record.state() == MemberState.SUSPECT ? 8 : 0;
        length += record.isLive() ? 0 : Varints.size(rumor.ageMillis());
        out.put((byte) CLAIM);
        putVarint(out, length);
        out.put((byte) name.length).put(name);
        putVarint(out, record.id().epoch());
        out.putLong(record.id().uid().getMostSignificantBits());
        out.putLong(record.id().uid().getLeastSignificantBits());
        putVarint(out, record.incarnation());
        out.put((byte) record.state().rank());
        out.put((byte) host.length).put(host);
        out.putShort((short) record.address().port());
        putVarint(out, metadata.length);
        out.put(metadata);
        if (record.state() == MemberState.SUSPECT) {
            out.putLong(rumor.accuser());
        }
        if (!record.isLive()) {
            putVarint(out, rumor.ageMillis());
        }
    }

    /**
     * Fills a message with what the buffer holds, all of it.
     *
     * @param claims those read before, and entries
     * @throws RuntimeException of several kinds if the bytes are no message; nothing else happens
     */
    static void decode(ByteBuffer in, Message message, SharedClaims claims) {
        Message.Kind kind = kindOf(in.get());
        message.start(kind, varint(in));
        message.sender(in.getLong(), in.getLong());
        switch (kind) {
            case PING -> message.target(in.getLong(), in.getLong());
            case PING_REQUEST ->
                message.target(in.getLong(), in.getLong()).budgetMillis((int) Math.min(varint(in), MAX_BUDGET_MILLIS));
            case ACK, SYNC, RUMORS -> message.root(in.getLong());
            case SYNC_DIGEST, STATE_SYNC -> message.buckets(longs(in, Message.BUCKETS));
            case SYNC_RECORDS -> readWanted(in, message);
            case STATE_SUMMARY -> {
                readWanted(in, message);
                readDigests(in, message);
            }
            case STATE_PULL -> readDigests(in, message);
            case RELAYED_ACK, NACK, SYNC_SAME, SYNC_ANSWER, STATE_ENTRIES, STATE_PUSH, STATE_TAKEN -> {}
        }
        while (in.hasRemaining()) {
            int tag = in.get();
            long length = varint(in);
            require(length <= in.remaining(), "length");
            ByteBuffer content = in.slice(in.position(), (int) length);
            in.position(in.position() + (int) length);
            switch (tag) {
                case CLAIM -> message.add(claim(content, claims));
                case ENTRY -> {
                    StateEntry entry = claims.entries.read(content, (int) length, MessageCodec::entry);
                    if (entry != null) {
                        message.add(entry);
                    }
                }
                case STATE_ROOT -> message.stateRoot(content.getLong());
                default -> {}
            }
        }
    }

    private static void readWanted(ByteBuffer in, Message message) {
        long[] wanted = longs(in, WORDS);
        for (int word = 0; word < WORDS; word++) {
            message.wantedWord(word, wanted[word]);
        }
    }

    private static void readDigests(ByteBuffer in, Message message) {
        long count = varint(in);
        require(count <= Message.MAX_DIGESTS, "digests");
        message.digests(longs(in, (int) count));
    }

    private static Rumor claim(ByteBuffer in, SharedClaims claims) {
        int length = recordLength(in);
        require(length <= in.remaining(), "claim");
        MemberRecord record = Objects.requireNonNull(claims.claims.read(in, length, MessageCodec::record), "record");
        long accuser = record.state() == MemberState.SUSPECT ? in.getLong() : 0;
        long age = record.isLive() ? 0 : varint(in);
        return new Rumor(record, accuser, age);
    }

    /** The bytes of a claim up to the end of its metadata, if it is one; the buffer's position stays. */
    private static int recordLength(ByteBuffer in) {
        int at = in.position();
        at += 1 + (in.get(at) & 0xFF);
        at = behindVarint(in, at) + UID_BYTES;
        at = behindVarint(in, at) + 1;
        at += 1 + (in.get(at) & 0xFF) + Short.BYTES;
        int metadataAt = behindVarint(in, at);
        int size = in.get(at) & 0x7F;
        if (metadataAt > at + 1) {
            size |= (in.get(at + 1) & 0x7F) << 7;
        }
        return metadataAt + size - in.position();
    }

    private static int behindVarint(ByteBuffer in, int from) {
        int at = from;
        while (in.get(at) < 0) {
            at++;
        }
        return at + 1;
    }

    private static MemberRecord record(ByteBuffer in) {
        String name = text(in, MemberId.MAX_NAME);
        long epoch = varint(in);
        UUID uid = new UUID(in.getLong(), in.getLong());
        long incarnation = varint(in);
        MemberState state = stateOf(in.get());
        NodeAddress address = new NodeAddress(text(in, 45), in.getShort() & 0xFFFF);
        long size = varint(in);
        require(size <= Metadata.MAX_BYTES && size <= in.remaining(), "metadata");
        byte[] metadata = new byte[(int) size];
        in.get(metadata);
        return new MemberRecord(new MemberId(name, epoch, uid), incarnation, state, address, Metadata.of(metadata));
    }

    /** An entry, or null if it is of a kind that a later version has. */
    private static @Nullable StateEntry entry(ByteBuffer in) {
        int flags = in.get() & 0xFF;
        StateEntry.Kind kind = entryKindOf(flags & ~REMOVED);
        if (kind == null) {
            return null;
        }
        String scope = text(in, StateEntry.MAX_NAME);
        String key = text(in, StateEntry.MAX_NAME);
        String name = text(in, MemberId.MAX_NAME);
        long epoch = varint(in);
        MemberId writer = new MemberId(name, epoch, new UUID(in.getLong(), in.getLong()));
        long version = varint(in);
        StateValue value = (flags & REMOVED) != 0 ? null : value(in);
        return new StateEntry(kind, scope, key, writer, version, value);
    }

    private static StateValue value(ByteBuffer in) {
        long size = varint(in);
        require(size <= StateValue.MAX_BYTES && size <= in.remaining(), "value");
        byte[] bytes = new byte[(int) size];
        in.get(bytes);
        return StateValue.of(bytes);
    }

    private static StateEntry.@Nullable Kind entryKindOf(int code) {
        for (StateEntry.Kind kind : ENTRY_KINDS) {
            if (kind.code() == code) {
                return kind;
            }
        }
        return null;
    }

    private static Message.Kind kindOf(int code) {
        for (Message.Kind kind : KINDS) {
            if (kind.code() == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("kind must be known but was " + code);
    }

    private static MemberState stateOf(int code) {
        for (MemberState state : STATES) {
            if (state.rank() == code) {
                return state;
            }
        }
        throw new IllegalArgumentException("state must be 0 to 3 but was " + code);
    }

    private static String text(ByteBuffer in, int most) {
        int length = in.get() & 0xFF;
        require(length <= most && length <= in.remaining(), "text");
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static long[] longs(ByteBuffer in, int count) {
        require(in.remaining() >= count * Long.BYTES, "numbers");
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.getLong();
        }
        return values;
    }

    private static void putVarint(ByteBuffer out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < VARINT_BITS; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("varint must be below 2^63 but was longer");
    }

    private static void require(boolean holds, String field) {
        if (!holds) {
            throw new IllegalArgumentException(field + " must fit its place but did not");
        }
    }
}
