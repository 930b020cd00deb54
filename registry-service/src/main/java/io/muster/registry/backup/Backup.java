package io.muster.registry.backup;

import io.muster.api.InvalidFieldException;
import io.muster.api.JsonCodec;
import io.muster.api.OperatorSetting;
import io.muster.api.ProblemException;
import io.muster.registry.catalogue.Catalogue;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.catalogue.SettingTarget;
import io.muster.registry.lease.LeaseBackup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What does not come back by itself when all data is lost: what operators said, and leases with their tokens.
 *
 * <p>As bytes: magic, version, the head and the leases, each after its length, and the SHA-256 of everything before. Not to be changed.
 */
public final class Backup {
    /** How many bytes one has at most. */
    public static final int MAX_BYTES = 512 << 20;

    private static final long MAGIC = 0x4d75_7374_6572_426bL;
    private static final int VERSION = 1;
    private static final int DIGEST_BYTES = 32;
    private static final int SHORTEST = Long.BYTES + 3 * Integer.BYTES + DIGEST_BYTES;
    private static final int SHOWN_DIGITS = 8;

    private final Instant taken;
    private final String cluster;
    private final List<Setting> settings;
    private final byte[] leases;

    /**
     * @param taken when, by the time of day of the registry that took it
     * @param cluster whose it is, {@code standalone} for one registry
     * @param settings what operators said, each target once
     * @param leases as {@link LeaseBackup#bytes} gives them; empty when leases are off
     */
    public Backup(Instant taken, String cluster, List<Setting> settings, byte[] leases) {
        this.taken = taken;
        this.cluster = cluster;
        this.settings = List.copyOf(settings);
        this.leases = leases.clone();
    }

    /** When it was taken, by the time of day of the registry that took it. */
    public Instant taken() {
        return taken;
    }

    /** Whose it is, {@code standalone} for one registry. */
    public String cluster() {
        return cluster;
    }

    /** What operators said, each target once. */
    public List<Setting> settings() {
        return settings;
    }

    /** The leases; none when they are off. */
    public LeaseBackup leases() throws IOException {
        return leases.length == 0 ? LeaseBackup.empty() : LeaseBackup.read(leases);
    }

    private record Head(long takenMillis, String cluster, List<Entry> settings) {}

    private record Entry(
            String namespace, String service, @Nullable String id, OperatorSetting setting) {
        static Entry of(Setting setting) {
            SettingTarget target = setting.target();
            return new Entry(target.service().namespace(), target.service().service(), target.id(), setting.setting());
        }

        Setting toSetting() {
            return new Setting(new SettingTarget(new ServiceKey(namespace, service), id), setting);
        }
    }

    /** The file's content. */
    public byte[] encode() {
        byte[] head = JsonCodec.server()
                .encode(new Head(
                        taken.toEpochMilli(),
                        cluster,
                        settings.stream().map(Entry::of).toList()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(SHORTEST + head.length + leases.length);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(MAGIC);
            out.writeInt(VERSION);
            out.writeInt(head.length);
            out.write(head);
            out.writeInt(leases.length);
            out.write(leases);
            out.write(sha256(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException("memory must take the backup", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads the content of a file.
     *
     * @throws IOException when it is no backup, is damaged or is a newer registry's; the text says which
     */
    public static Backup decode(byte[] file) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
        if (file.length < Long.BYTES + Integer.BYTES || in.readLong() != MAGIC) {
            throw new IOException("it is no backup of a Muster registry");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException("it is of version " + version + ", and this registry reads " + VERSION);
        }
        if (file.length < SHORTEST || !Arrays.equals(digest(file), sha256(content(file)))) {
            throw new IOException("it is damaged or cut off: its checksum does not fit");
        }
        byte[] head = part(in, file.length);
        byte[] leases = part(in, file.length);
        if (in.available() != DIGEST_BYTES) {
            throw new IOException("it is damaged: there is more in it than its parts");
        }
        try {
            Head read = JsonCodec.server().decode(head, Head.class).value();
            return new Backup(Instant.ofEpochMilli(read.takenMillis()), read.cluster(), settings(read), leases);
        } catch (ProblemException | InvalidFieldException | NullPointerException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
    }

    /** Eight hexadecimal digits that tell a file's content from others'. */
    public static String digits(byte[] file) {
        return HexFormat.of().formatHex(digest(file)).substring(0, SHOWN_DIGITS);
    }

    private static List<Setting> settings(Head head) throws IOException {
        if (head.settings().size() > Catalogue.MAX_SETTINGS) {
            throw new IOException(
                    "it has " + head.settings().size() + " settings, more than " + Catalogue.MAX_SETTINGS);
        }
        Set<SettingTarget> seen = new HashSet<>();
        List<Setting> settings = new ArrayList<>();
        for (Entry entry : head.settings()) {
            Setting setting = entry.toSetting();
            if (!seen.add(setting.target())) {
                throw new IOException("it has two settings of " + setting.target());
            }
            settings.add(setting);
        }
        return settings;
    }

    private static byte[] part(DataInputStream in, int limit) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > limit) {
            throw new IOException("it is damaged: a part has " + length + " bytes");
        }
        return in.readNBytes(length);
    }

    private static byte[] content(byte[] file) {
        return Arrays.copyOf(file, file.length - DIGEST_BYTES);
    }

    private static byte[] digest(byte[] file) {
        return Arrays.copyOfRange(file, file.length - DIGEST_BYTES, file.length);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
