package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.InvalidFieldException;
import io.muster.api.Names;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.gossip.protocol.Metadata;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a member of a cluster says of the instance that it is: the whole of its metadata, at most {@link Metadata#MAX_BYTES}.
 *
 * <p>A version, then texts of at most 255 bytes of UTF-8 behind their length, big-endian numbers, and pairs of texts behind their
 * count. What another member sends is checked as a registration is; nothing of it is trusted.
 *
 * @param registration without a check: nobody makes any
 */
record GossipCard(String namespace, String service, String id, Registration registration) {
    private static final int VERSION = 1;
    /** What an instance may say of itself; their places are their codes. */
    private static final List<InstanceStatus> STATUSES =
            List.of(InstanceStatus.STARTING, InstanceStatus.UP, InstanceStatus.DRAINING);

    private static final int MAX_TEXT = 255;
    private static final int SECURE = 1;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    /** A generation's numbers have 53 bits. */
    private static final int GENERATION_SHIFT = 11;

    GossipCard {
        Names.namespace(namespace);
        Names.service(service);
        Names.instanceId(id);
        if (registration.check() != null) {
            throw new InvalidFieldException("check", "absent without a registry", registration.check());
        }
    }

    /**
     * As a member's metadata.
     *
     * @throws InvalidFieldException if it does not fit
     */
    Metadata encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(registration.secure() ? SECURE : 0);
            out.writeByte(STATUSES.indexOf(registration.status()));
            out.writeShort(registration.port());
            out.writeShort(registration.weight());
            write(out, "namespace", namespace);
            write(out, "service", service);
            write(out, "id", id);
            write(out, "process", registration.process());
            write(out, "host", registration.host());
            write(out, "zone", registration.zone());
            Map<String, String> metadata = new TreeMap<>(registration.metadata());
            out.writeByte(metadata.size());
            for (Map.Entry<String, String> entry : metadata.entrySet()) {
                write(out, "metadata", entry.getKey());
                write(out, "metadata", entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        if (bytes.size() > Metadata.MAX_BYTES) {
            throw new InvalidFieldException(
                    "metadata",
                    "so small that all that this instance says of itself has at most " + Metadata.MAX_BYTES
                            + " bytes, as gossip carries it",
                    bytes.size() + " bytes in all");
        }
        return Metadata.of(bytes.toByteArray());
    }

    /**
     * From another member's metadata.
     *
     * @throws IllegalArgumentException if it is none, with a reason for people
     */
    static GossipCard decode(Metadata metadata) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(metadata.bytes()))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("version must be " + VERSION + " but was " + version);
            }
            int flags = in.readUnsignedByte();
            InstanceStatus status = status(in.readUnsignedByte());
            int port = in.readUnsignedShort();
            int weight = in.readUnsignedShort();
            String namespace = read(in);
            String service = read(in);
            String id = read(in);
            String process = read(in);
            String host = read(in);
            String zone = read(in);
            Map<String, String> pairs = new HashMap<>();
            for (int left = in.readUnsignedByte(); left > 0; left--) {
                pairs.put(read(in), read(in));
            }
            if (in.available() > 0) {
                throw new IllegalArgumentException(
                        "card must end after its pairs but has " + in.available() + " bytes");
            }
            boolean secure = (flags & SECURE) != 0;
            return new GossipCard(
                    namespace,
                    service,
                    id,
                    new Registration(process, host, port, secure, status, weight, zone, pairs, null));
        } catch (IOException e) {
            throw new IllegalArgumentException("card must be whole but ends early", e);
        }
    }

    /** As an instance; the generation stands for the process, the same in everybody's eyes. */
    Instance instance() {
        return new Instance(
                id,
                generation(),
                registration.host(),
                registration.port(),
                registration.secure(),
                registration.status(),
                "",
                registration.weight(),
                registration.zone(),
                registration.metadata(),
                null);
    }

    /** 53 bits of the process's name (FNV-1a). */
    Position generation() {
        long hash = FNV_OFFSET;
        for (byte b : registration.process().getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return new Position(1, hash >>> GENERATION_SHIFT);
    }

    private static InstanceStatus status(int code) {
        if (code >= STATUSES.size()) {
            throw new IllegalArgumentException("status must be below " + STATUSES.size() + " but was " + code);
        }
        return STATUSES.get(code);
    }

    private static void write(DataOutputStream out, String field, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_TEXT) {
            throw new InvalidFieldException(
                    field, "texts of at most " + MAX_TEXT + " bytes, as gossip carries it", bytes.length + " bytes");
        }
        out.writeByte(bytes.length);
        out.write(bytes);
    }

    private static String read(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedByte()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
