package io.muster.registry.engine.standalone;

import io.muster.api.InvalidFieldException;
import io.muster.api.JsonCodec;
import io.muster.api.OperatorSetting;
import io.muster.api.ProblemException;
import io.muster.registry.catalogue.Catalogue;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.catalogue.SettingTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operators' settings as a file. It is replaced as a whole or not at all, and is on the disk when {@link #write} returns. One
 * that cannot be read is set aside, so that it neither stops a start nor gets lost.
 */
final class SettingsFile {
    static final int VERSION = 1;

    private static final Logger log = LoggerFactory.getLogger(SettingsFile.class);
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rw-------");

    private final Path file;

    SettingsFile(Path file) {
        this.file = file;
    }

    /**
     * The file's content.
     *
     * @param version of this format
     * @param settings in no particular order, each target once
     */
    record Content(int version, List<Entry> settings) {
        Content {
            if (settings == null || settings.stream().anyMatch(Objects::isNull)) {
                throw new InvalidFieldException("settings", "a list without null", "null");
            }
            settings = List.copyOf(settings);
        }
    }

    /**
     * One setting.
     *
     * @param namespace of the service
     * @param service its name
     * @param id of which instance; null for the whole service
     * @param setting what was said
     */
    record Entry(String namespace, String service, @Nullable String id, OperatorSetting setting) {
        static Entry of(Setting setting) {
            SettingTarget target = setting.target();
            return new Entry(target.service().namespace(), target.service().service(), target.id(), setting.setting());
        }

        Setting toSetting() {
            if (setting == null) {
                throw new InvalidFieldException("setting", "present", "null");
            }
            return new Setting(new SettingTarget(new ServiceKey(namespace, service), id), setting);
        }
    }

    /** What was written; empty when there is nothing, or nothing that can be read. */
    List<Setting> read() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("larger than " + MAX_BYTES + " bytes");
            }
            return settings(JsonCodec.server()
                    .decode(Files.readAllBytes(file), Content.class)
                    .value());
        } catch (IOException | ProblemException | InvalidFieldException e) {
            setAside(e);
            return List.of();
        }
    }

    private static List<Setting> settings(Content content) throws IOException {
        if (content.version() != VERSION) {
            throw new IOException("of version " + content.version() + ", not " + VERSION);
        }
        if (content.settings().size() > Catalogue.MAX_SETTINGS) {
            throw new IOException("of " + content.settings().size() + " settings, more than " + Catalogue.MAX_SETTINGS);
        }
        List<Setting> settings = new ArrayList<>(content.settings().size());
        Set<SettingTarget> seen = new HashSet<>();
        for (Entry entry : content.settings()) {
            Setting setting = entry.toSetting();
            if (!seen.add(setting.target())) {
                throw new IOException("two settings of " + setting.target());
            }
            settings.add(setting);
        }
        return settings;
    }

    private void setAside(Exception cause) {
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            log.warn(
                    "{} cannot be read ({}) and was renamed to {}: nobody is in maintenance, no weight is overridden until operators say so again",
                    file,
                    cause.getMessage(),
                    aside.getFileName());
        } catch (IOException e) {
            log.warn(
                    "{} cannot be read ({}), nor be renamed to {} ({})", file, cause.getMessage(), aside, e.toString());
        }
    }

    /** Replaces the file. */
    void write(List<Setting> settings) throws IOException {
        byte[] json = JsonCodec.server()
                .encode(new Content(VERSION, settings.stream().map(Entry::of).toList()));
        Path folder = Objects.requireNonNull(file.getParent());
        Path next = Files.createTempFile(folder, file.getFileName().toString(), ".next", attributes());
        try {
            try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(json);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(next);
        }
        forceName(folder);
    }

    /** The file's new name is on the disk only when its directory is; not every system can open one. */
    private static void forceName(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            log.debug("Cannot force {} to disk", folder, e);
        }
    }

    private FileAttribute<?>[] attributes() {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ALONE)}
                : new FileAttribute<?>[0];
    }
}
