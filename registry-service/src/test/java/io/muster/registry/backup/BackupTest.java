package io.muster.registry.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.OperatorSetting;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.catalogue.SettingTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackupTest {
    private static final Backup BACKUP = new Backup(
            Instant.ofEpochMilli(1_780_000_000_123L),
            "muster",
            List.of(
                    new Setting(
                            SettingTarget.of(new ServiceKey("default", "orders")),
                            new OperatorSetting(true, null, "disk swap")),
                    new Setting(
                            new SettingTarget(new ServiceKey("blue", "orders"), "a:1"),
                            new OperatorSetting(false, 50, ""))),
            new byte[0]);

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Backup read = Backup.decode(BACKUP.encode());
        assertThat(read.taken()).isEqualTo(BACKUP.taken());
        assertThat(read.cluster()).isEqualTo("muster");
        assertThat(read.settings()).isEqualTo(BACKUP.settings());
        assertThat(read.leases().size()).isZero();
        byte[] foreign = {1, 2, 3};
        Backup wrong = Backup.decode(new Backup(BACKUP.taken(), "muster", List.of(), foreign).encode());
        assertThatThrownBy(wrong::leases).isInstanceOf(IOException.class);
    }

    @Test
    void aFileThatIsCutOffAnywhereIsRefused() {
        byte[] file = BACKUP.encode();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> Backup.decode(cut)).as("cut to %d", length).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> Backup.decode(Arrays.copyOf(file, file.length + 1)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aFileWithAnyChangedByteIsRefused() {
        byte[] file = BACKUP.encode();
        for (int i = 0; i < file.length; i++) {
            byte[] damaged = file.clone();
            damaged[i] ^= 0x10;
            assertThatThrownBy(() -> Backup.decode(damaged)).as("byte %d", i).isInstanceOf(IOException.class);
        }
    }

    @Test
    void foreignAndNewerFilesAreToldApart() {
        assertThatThrownBy(() -> Backup.decode("PK, some other file".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .hasMessageContaining("no backup of a Muster registry");
        byte[] newer = BACKUP.encode();
        ByteBuffer.wrap(newer).putInt(Long.BYTES, 2);
        assertThatThrownBy(() -> Backup.decode(newer)).hasMessageContaining("version 2");
    }
}
