package io.muster.client;

import io.muster.api.InvalidFieldException;
import io.muster.api.JsonCodec;
import io.muster.api.ProblemException;
import io.muster.api.ServiceSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client last knew, kept on disk for a start while no registry answers. A file is replaced as a whole or not at all;
 * one that cannot be read is passed over with a warning. Readable by its owner alone, where the file system can do that.
 */
final class ViewFile {
    static final int VERSION = 1;

    private static final Logger log = LoggerFactory.getLogger(ViewFile.class);
    private static final long MAX_BYTES = 256L * 1024 * 1024;
    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private boolean warned;

    ViewFile(Path file) {
        this.file = file;
    }

    /**
     * The file's content.
     *
     * @param version of this format
     * @param namespace of all services
     * @param services as they were last known
     */
    record Content(int version, String namespace, List<ServiceSnapshot> services) {
        Content {
            if (namespace == null || services == null || services.stream().anyMatch(Objects::isNull)) {
                throw new InvalidFieldException("services", "of a namespace and each present", "null");
            }
            services = List.copyOf(services);
        }
    }

    /** What was written for this namespace; empty when there is nothing, or nothing that can be read. */
    List<ServiceSnapshot> read(String namespace) {
        try {
            if (!Files.exists(file)) {
                return List.of();
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("larger than " + MAX_BYTES + " bytes");
            }
            Content content = JsonCodec.client()
                    .decode(Files.readAllBytes(file), Content.class)
                    .value();
            if (content.version() != VERSION) {
                throw new IOException("of version " + content.version() + ", not " + VERSION);
            }
            if (!content.namespace().equals(namespace)) {
                throw new IOException("of namespace " + content.namespace() + ", not " + namespace);
            }
            return content.services();
        } catch (IOException | ProblemException e) {
            log.warn(
                    "{} is not used, and will be replaced: {}. Until a registry answers no service is known",
                    file,
                    Printable.of(e));
            return List.of();
        }
    }

    /** Replaces the file; a failure is logged, once in a row. */
    void write(String namespace, List<ServiceSnapshot> services) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Path next = Files.createTempFile(folder, file.getFileName().toString(), ".next", attributes());
            try {
                Files.write(next, JsonCodec.client().encode(new Content(VERSION, namespace, services)));
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(next);
            }
            warned = false;
        } catch (IOException e) {
            if (!warned) {
                log.warn(
                        "Cannot write {}: {}. A start while no registry answers would know no service",
                        file,
                        Printable.of(e));
            }
            warned = true;
        }
    }

    private FileAttribute<?>[] attributes() {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ALONE)}
                : new FileAttribute<?>[0];
    }
}
