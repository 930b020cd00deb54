package io.muster.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogTest {
    @Test
    void findsTheLargestHeapAndTheLongestPause(@TempDir Path folder) throws IOException {
        Path log = Files.writeString(folder.resolve("gc.log"), """
                [0.005s][info][gc] Using G1
                [1.1s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 23M->6M(368M) 5.123ms
                [2.1s][info][gc] GC(1) Concurrent Mark Cycle 15.2ms
                [2.2s][info][gc] GC(2) Pause Young (Concurrent Start) (Metadata GC Threshold) 120M->80M(368M) 3.5ms
                [2.3s][info][gc] GC(1) Pause Remark 85M->70M(368M) 12.5ms
                """);

        assertThat(GcLog.read(log)).isEqualTo(new GcLog(120, 80, 3, 12.5));
    }
}
