package io.muster.registry.lease;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commands and outcomes as bytes: one for the kind, then the fields in their order; texts as {@link DataOutput#writeUTF}, what may
 * be absent behind a boolean. Kinds are never used anew, so that nodes of two versions can share a log.
 */
final class LeaseCodec {
    private static final int MAX_COUNT = 100_000;

    private LeaseCodec() {}

    private interface Writer {
        void to(DataOutput out) throws IOException;
    }

    static byte[] encode(LeaseCommand command) {
        return bytes(out -> {
            if (command instanceof LeaseCommand.Acquire acquire) {
                out.writeByte(1);
                out.writeUTF(acquire.name());
                out.writeUTF(acquire.holder());
                out.writeLong(acquire.requestId().getMostSignificantBits());
                out.writeLong(acquire.requestId().getLeastSignificantBits());
                out.writeLong(acquire.ttlMillis());
                writeOptional(out, acquire.tickMillis());
            } else if (command instanceof LeaseCommand.Renew renew) {
                out.writeByte(2);
                writeKeys(out, renew.keys());
            } else if (command instanceof LeaseCommand.Release release) {
                out.writeByte(3);
                writeKey(out, release.key());
                out.writeLong(release.restMillis());
                writeOptional(out, release.completedMillis());
            } else if (command instanceof LeaseCommand.ForceRelease force) {
                out.writeByte(4);
                out.writeUTF(force.name());
                out.writeUTF(force.operator());
            } else if (command instanceof LeaseCommand.Inspect inspect) {
                out.writeByte(5);
                out.writeUTF(inspect.name());
            } else {
                out.writeByte(7);
            }
        });
    }

    /** @throws IOException when it is no command of this version */
    static LeaseCommand command(DataInput in) throws IOException {
        int kind = in.readByte();
        return switch (kind) {
            case 1 ->
                new LeaseCommand.Acquire(
                        in.readUTF(),
                        in.readUTF(),
                        new UUID(in.readLong(), in.readLong()),
                        in.readLong(),
                        readOptional(in));
            case 2 -> new LeaseCommand.Renew(readKeys(in));
            case 3 -> new LeaseCommand.Release(readKey(in), in.readLong(), readOptional(in));
            case 4 -> new LeaseCommand.ForceRelease(in.readUTF(), in.readUTF());
            case 5 -> new LeaseCommand.Inspect(in.readUTF());
            case 7 -> new LeaseCommand.Tick();
            default -> throw new IOException("kind of command must be 1 to 5 or 7 but was " + kind);
        };
    }

    static byte[] encode(LeaseOutcome outcome) {
        return bytes(out -> {
            if (outcome instanceof LeaseOutcome.Granted granted) {
                out.writeByte(1);
                writeKey(out, granted.key());
            } else if (outcome instanceof LeaseOutcome.Held held) {
                out.writeByte(2);
                out.writeUTF(held.holder());
                out.writeLong(held.atMostNanos());
            } else if (outcome instanceof LeaseOutcome.AlreadyRan ran) {
                out.writeByte(3);
                out.writeLong(ran.completedMillis());
            } else if (outcome instanceof LeaseOutcome.Full full) {
                out.writeByte(4);
                out.writeUTF(full.reason());
            } else if (outcome instanceof LeaseOutcome.Renewed renewed) {
                out.writeByte(5);
                writeKeys(out, renewed.keys());
            } else if (outcome instanceof LeaseOutcome.Ended ended) {
                out.writeByte(6);
                out.writeBoolean(ended.wasLive());
            } else if (outcome instanceof LeaseOutcome.Found found) {
                out.writeByte(7);
                StoredLease lease = found.lease();
                out.writeBoolean(lease != null);
                if (lease != null) {
                    out.writeUTF(lease.name());
                    out.writeUTF(lease.holder());
                    out.writeLong(lease.token());
                    out.writeLong(lease.remainingNanos());
                    writeOptional(out, lease.completedMillis());
                }
            } else if (outcome instanceof LeaseOutcome.Unreadable unreadable) {
                out.writeByte(9);
                out.writeUTF(unreadable.reason());
            } else {
                out.writeByte(8);
            }
        });
    }

    /** @throws IllegalStateException when another version wrote it */
    static LeaseOutcome outcome(byte[] bytes) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            int kind = in.readByte();
            return switch (kind) {
                case 1 -> new LeaseOutcome.Granted(readKey(in));
                case 2 -> new LeaseOutcome.Held(in.readUTF(), in.readLong());
                case 3 -> new LeaseOutcome.AlreadyRan(in.readLong());
                case 4 -> new LeaseOutcome.Full(in.readUTF());
                case 5 -> new LeaseOutcome.Renewed(readKeys(in));
                case 6 -> new LeaseOutcome.Ended(in.readBoolean());
                case 7 ->
                    new LeaseOutcome.Found(
                            in.readBoolean()
                                    ? new StoredLease(
                                            in.readUTF(), in.readUTF(), in.readLong(), in.readLong(), readOptional(in))
                                    : null);
                case 8 -> new LeaseOutcome.Done();
                case 9 -> new LeaseOutcome.Unreadable(in.readUTF());
                default -> throw new IOException("kind of outcome must be 1 to 9 but was " + kind);
            };
        } catch (IOException e) {
            throw new IllegalStateException("outcome must be of this version but was not", e);
        }
    }

    static void writeOptional(DataOutput out, @Nullable Long value) throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            out.writeLong(value);
        }
    }

    static @Nullable Long readOptional(DataInput in) throws IOException {
        return in.readBoolean() ? (Long) in.readLong() : null;
    }

    /** How many of something follow. */
    static int readCount(DataInput in, int most) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > most) {
            throw new IOException("count must be 0 to " + most + " but was " + count);
        }
        return count;
    }

    private static void writeKey(DataOutput out, LeaseCommand.Key key) throws IOException {
        out.writeUTF(key.name());
        out.writeLong(key.token());
    }

    private static LeaseCommand.Key readKey(DataInput in) throws IOException {
        return new LeaseCommand.Key(in.readUTF(), in.readLong());
    }

    private static void writeKeys(DataOutput out, List<LeaseCommand.Key> keys) throws IOException {
        out.writeInt(keys.size());
        for (LeaseCommand.Key key : keys) {
            writeKey(out, key);
        }
    }

    private static List<LeaseCommand.Key> readKeys(DataInput in) throws IOException {
        int count = readCount(in, MAX_COUNT);
        List<LeaseCommand.Key> keys = new ArrayList<>(Math.min(count, LeaseCommand.MAX_KEYS));
        for (int i = 0; i < count; i++) {
            keys.add(readKey(in));
        }
        return keys;
    }

    private static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writer.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory must take what is encoded", e);
        }
        return bytes.toByteArray();
    }
}
