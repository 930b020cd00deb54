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
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
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
 * whose content is damaged is set aside, so that it neither stops a start nor gets lost.
 */
final class SettingsFile {
    static final int VERSION = 1;

    private static final Logger log = LoggerFactory.getLogger(SettingsFile.class);
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    private static final int MAX_SET_ASIDE = 9;
    private static final String TEMPORARY = ".next";
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

    /**
     * The part of the content that every version has.
     *
     * @param version of the format
     */
    record Format(int version) {}

    /** Says what is wrong with the content, not with reading it. */
    private static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    /** Deletes what writes that were broken off have left. */
    void deleteLeftovers() throws IOException {
        Path folder = Objects.requireNonNull(file.getParent());
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, file.getFileName() + "*" + TEMPORARY)) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        } catch (DirectoryIteratorException e) {
            throw new IOException("cannot list " + folder, e);
        }
    }

    /**
     * What was written; empty when there is nothing, or nothing but damage.
     *
     * @throws IOException when the file cannot be read, belongs to a newer registry, or is damaged and cannot be set aside:
     *     then it must not be replaced
     */
    List<Setting> read() throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new DamagedException("larger than " + MAX_BYTES + " bytes");
            }
            return settings(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DamagedException | ProblemException | InvalidFieldException e) {
            setAside(e);
            return List.of();
        }
    }

    private List<Setting> settings(byte[] json) throws IOException, DamagedException {
        int version = JsonCodec.server().decode(json, Format.class).value().version();
        if (version > VERSION) {
            throw new IOException(file.getFileName() + " was written by a newer registry: it is of version " + version
                    + ", and this one reads " + VERSION);
        }
        if (version != VERSION) {
            throw new DamagedException("of version " + version + ", not " + VERSION);
        }
        Content content = JsonCodec.server().decode(json, Content.class).value();
        if (content.settings().size() > Catalogue.MAX_SETTINGS) {
            throw new DamagedException(
                    "of " + content.settings().size() + " settings, more than " + Catalogue.MAX_SETTINGS);
        }
        List<Setting> settings = new ArrayList<>(content.settings().size());
        Set<SettingTarget> seen = new HashSet<>();
        for (Entry entry : content.settings()) {
            Setting setting = entry.toSetting();
            if (!seen.add(setting.target())) {
                throw new DamagedException("two settings of " + setting.target());
            }
            settings.add(setting);
        }
        return settings;
    }

    private void setAside(Exception cause) throws IOException {
        for (int number = 1; number <= MAX_SET_ASIDE; number++) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged" + (number == 1 ? "" : "-" + number));
            if (Files.notExists(aside, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(file, aside);
                log.warn(
                        "{} cannot be read ({}) and was renamed to {}: nobody is in maintenance, no weight is overridden until operators say so again",
                        file,
                        cause.getMessage(),
                        aside.getFileName());
                return;
            }
        }
        throw new IOException(
                file.getFileName() + " is damaged (" + cause.getMessage() + ") and not renamed, because there are "
                        + MAX_SET_ASIDE + " damaged ones already: look at them and delete them",
                cause);
    }

    /** Replaces the file. */
    void write(List<Setting> settings) throws IOException {
        byte[] json = JsonCodec.server()
                .encode(new Content(VERSION, settings.stream().map(Entry::of).toList()));
        Path folder = Objects.requireNonNull(file.getParent());
        Path next = Files.createTempFile(folder, file.getFileName().toString(), TEMPORARY, attributes());
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
