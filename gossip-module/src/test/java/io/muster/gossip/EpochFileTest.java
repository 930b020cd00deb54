package io.muster.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochFileTest {
    @TempDir
    Path directory;

    private EpochFile file(String name) {
        return new EpochFile(directory.resolve("epoch"), name);
    }

    @Test
    void aNodeWithoutPastBeginsAtZero() {
        assertThat(file("a").next()).isZero();
    }

    @Test
    void theNextLifeIsAboveTheLastOne() {
        file("a").store(5);
        file("a").store(8);
        assertThat(file("a").next()).isEqualTo(9);
        assertThat(directory.toFile().list()).containsExactly("epoch");
    }

    @Test
    void aFileOfAnotherNodeIsPassedOver() {
        file("a").store(5);
        assertThat(file("b").next()).isZero();
    }

    @Test
    void aDamagedFileIsPassedOverWhereverItIsDamaged() throws IOException {
        file("a").store(5);
        Path path = directory.resolve("epoch");
        byte[] sound = Files.readAllBytes(path);
        for (int at = 0; at < sound.length - 1; at++) {
            byte[] flipped = sound.clone();
            flipped[at] = (byte) (flipped[at] ^ 2);
            Files.write(path, flipped);
            assertThat(file("a").next()).as("flipped at %d", at).isZero();
            Files.write(path, Arrays.copyOf(sound, at));
            assertThat(file("a").next()).as("cut at %d", at).isZero();
        }
        Files.write(path, new byte[1 << 20]);
        assertThat(file("a").next()).isZero();
    }

    @Test
    void aDirectoryThatIsNotThereStopsNobody() {
        EpochFile nowhere = new EpochFile(directory.resolve("missing").resolve("epoch"), "a");
        nowhere.store(5);
        assertThat(nowhere.next()).isZero();
    }
}
