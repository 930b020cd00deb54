package io.muster.benchmarks.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkerProcessTest {
    @Test
    void readsHowWritesEnded() {
        assertThat(WorkerProcess.counts(" StaleFenceException=12 accepted=7"))
                .containsOnlyKeys("StaleFenceException", "accepted")
                .containsEntry("accepted", 7)
                .containsEntry("StaleFenceException", 12);
        assertThat(WorkerProcess.counts("")).isEmpty();
    }
}
