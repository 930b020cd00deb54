package io.muster.client;

import static io.muster.client.ScriptedRegistry.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewFileTest {
    private static final List<ServiceSnapshot> KNOWN = List.of(
            new ServiceSnapshot("default", "orders", new Position(1, 5), List.of(instance("a", InstanceStatus.UP))));

    @TempDir
    private Path folder;

    @Test
    void givesBackWhatWasWritten() throws IOException {
        Path file = folder.resolve("deep/er/views.json");
        ViewFile views = new ViewFile(file);
        assertThat(views.read("default")).isEmpty();

        views.write("default", List.of());
        views.write("default", KNOWN);

        assertThat(new ViewFile(file).read("default")).isEqualTo(KNOWN);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void readsNothingOfAnotherNamespace() {
        ViewFile views = new ViewFile(folder.resolve("views.json"));
        views.write("blue", KNOWN);

        assertThat(views.read("default")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "{\"version\":1,\"namespace\":\"default\",\"serv",
                "{}",
                "null",
                "[]",
                "{\"version\":2,\"namespace\":\"default\",\"services\":[]}",
                "{\"version\":1,\"namespace\":\"default\",\"services\":[null]}",
                "{\"version\":1,\"namespace\":\"default\",\"services\":[{\"service\":\"NO NAME\"}]}"
            })
    void passesOverADamagedFileAndReplacesIt(String content) throws IOException {
        Path file = folder.resolve("views.json");
        Files.writeString(file, content);
        ViewFile views = new ViewFile(file);

        assertThat(views.read("default")).isEmpty();

        views.write("default", KNOWN);
        assertThat(views.read("default")).isEqualTo(KNOWN);
    }

    @Test
    void goesOnWhereItCannotWrite() throws IOException {
        Path occupied = Files.createFile(folder.resolve("file"));
        ViewFile views = new ViewFile(occupied.resolve("views.json"));

        views.write("default", KNOWN);

        assertThat(views.read("default")).isEmpty();
    }
}
