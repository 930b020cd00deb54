package io.muster.gossip.wire;

import io.muster.gossip.protocol.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages into frames and back. Not thread-safe.
 *
 * <pre>
 * magic 4D47, version 01, flags (bit 0: sealed), cluster u32      8 bytes
 * sealed: key id u8, process 6 bytes, counter 6 bytes            13 bytes
 * body, sealed with AES-256-GCM; the bytes before it are authenticated; tag of 16 bytes
 * </pre>
 *
 * <p>Process and counter are the nonce. The process part is drawn at random by each instance, the counter never repeats, so a
 * nonce repeats only if two processes draw the same 48 bits.
 */
public final class Frames {
    /** Bytes that a sealed frame has beyond its message. */
    public static final int MAX_OVERHEAD_BYTES = 8 + 13 + 16;

    private static final short MAGIC = 0x4D47;
    private static final byte VERSION = 1;
    private static final byte SEALED = 1;
    private static final int HEADER = 8;
    private static final int SEALED_HEADER = HEADER + 13;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int TAG_BYTES = TAG_BITS / 8;
    private static final long COUNTERS = 1L << 48;

    /** What became of a frame. */
    public enum Verdict {
        ACCEPTED,
        /** Not a frame of ours, or its message makes no sense. */
        MALFORMED,
        OTHER_VERSION,
        OTHER_CLUSTER,
        /** Sealed where no key is set, or not sealed where one is. */
        UNSEALED,
        UNKNOWN_KEY,
        FORGED,
        REPLAYED
    }

    private final int cluster;
    private final @Nullable Keyring keyring;
    private final long process;
    private final SharedClaims claims;
    private final ReplayWindows windows = new ReplayWindows();
    private final Cipher cipher;
    private final byte[] nonce = new byte[NONCE_BYTES];
    private long counter;

    /**
     * @param clusterId frames of other clusters are refused, so that a reused address joins no two clusters
     * @param keyring null: frames are neither secret nor authentic
     * @param claims of the thread that calls this
     */
    public Frames(String clusterId, @Nullable Keyring keyring, SecureRandom random, SharedClaims claims) {
        this.cluster = hash(clusterId);
        this.keyring = keyring;
        this.claims = claims;
        this.process = random.nextLong() >>> 16;
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES/GCM must be available but was not", e);
        }
    }

    /**
     * Appends a frame to a buffer that has room for {@link Message#maxEncodedSize} and {@link #MAX_OVERHEAD_BYTES}.
     *
     * @throws IllegalStateException after 2^48 frames
     */
    public void seal(Message message, ByteBuffer out) {
        int start = out.position();
        Keyring keys = keyring;
        out.putShort(MAGIC).put(VERSION).put(keys == null ? 0 : SEALED).putInt(cluster);
        if (keys == null) {
            MessageCodec.encode(message, out);
            return;
        }
        if (counter == COUNTERS) {
            throw new IllegalStateException("counter must be below 2^48 but was " + counter);
        }
        int keyId = keys.used();
        SecretKeySpec key = keys.key(keyId);
        if (key == null) {
            throw new IllegalStateException("key " + keyId + " must be installed but was not");
        }
        out.put((byte) keyId);
        put48(out, process);
        put48(out, counter++);
        int bodyAt = out.position();
        MessageCodec.encode(message, out);
        ByteBuffer header = out.slice(start, SEALED_HEADER);
        header.get(HEADER + 1, nonce);
        ByteBuffer body = out.slice(bodyAt, out.position() - bodyAt);
        byte[] plain = new byte[body.remaining()];
        body.get(plain);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(header);
            out.position(bodyAt);
            out.put(cipher.doFinal(plain));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("frame must be sealed but was not", e);
        }
    }

    /** Bytes of the frame that {@link #seal} would make of a message. */
    public static int sizeOf(Message message, boolean sealed) {
        ByteBuffer body = ByteBuffer.allocate(message.maxEncodedSize());
        MessageCodec.encode(message, body);
        return HEADER + body.position() + (sealed ? SEALED_HEADER - HEADER + TAG_BYTES : 0);
    }

    /** Opens the frame that fills the rest of a buffer. Unless it is accepted, the message holds nothing of use. */
    public Verdict open(ByteBuffer in, Message message) {
        if (in.remaining() < HEADER || in.getShort(in.position()) != MAGIC) {
            return Verdict.MALFORMED;
        }
        int start = in.position();
        if (in.get(start + 2) != VERSION) {
            return Verdict.OTHER_VERSION;
        }
        if (in.getInt(start + 4) != cluster) {
            return Verdict.OTHER_CLUSTER;
        }
        Keyring keys = keyring;
        byte flags = in.get(start + 3);
        if (flags != (keys == null ? 0 : SEALED)) {
            return Verdict.UNSEALED;
        }
        if (keys == null) {
            in.position(start + HEADER);
            return read(in, message);
        }
        return openSealed(in, start, keys, message);
    }

    private Verdict openSealed(ByteBuffer in, int start, Keyring keys, Message message) {
        if (in.remaining() < SEALED_HEADER + TAG_BYTES) {
            return Verdict.MALFORMED;
        }
        SecretKeySpec key = keys.key(in.get(start + HEADER) & 0xFF);
        if (key == null) {
            return Verdict.UNKNOWN_KEY;
        }
        in.get(start + HEADER + 1, nonce);
        byte[] body = new byte[in.remaining() - SEALED_HEADER];
        in.get(start + SEALED_HEADER, body);
        ByteBuffer header = in.slice(start, SEALED_HEADER);
        byte[] plain;
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(header);
            plain = cipher.doFinal(body);
        } catch (GeneralSecurityException e) {
            return Verdict.FORGED;
        }
        ByteBuffer numbers = ByteBuffer.wrap(nonce);
        long sender = get48(numbers);
        if (!windows.accept(sender, get48(numbers))) {
            return Verdict.REPLAYED;
        }
        return read(ByteBuffer.wrap(plain), message);
    }

    private Verdict read(ByteBuffer body, Message message) {
        try {
            MessageCodec.decode(body, message, claims);
            return Verdict.ACCEPTED;
        } catch (RuntimeException e) {
            return Verdict.MALFORMED;
        }
    }

    private static void put48(ByteBuffer out, long value) {
        out.putShort((short) (value >>> 32)).putInt((int) value);
    }

    private static long get48(ByteBuffer in) {
        return (in.getShort() & 0xFFFFL) << 32 | (in.getInt() & 0xFFFF_FFFFL);
    }

    private static int hash(String clusterId) {
        if (clusterId.isEmpty() || clusterId.length() > 255) {
            throw new IllegalArgumentException("clusterId must be 1 to 255 characters but was " + clusterId.length());
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(clusterId.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(Arrays.copyOf(digest, Integer.BYTES)).getInt();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 must be available but was not", e);
        }
    }
}
