package io.muster.benchmarks.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThreadStatesTest {
    @Test
    void readsTheStateBehindANameWithParentheses() {
        assertThat(ThreadStates.state("4711 (a) S (b) T 1 4711")).isEqualTo('T');
        assertThat(ThreadStates.state("4711 (java) S 1 4711")).isEqualTo('S');
    }

    @Test
    void aProcessThatRunsIsNotStopped() throws Exception {
        assertThat(ThreadStates.stopped(ProcessHandle.current().pid())).isFalse();
    }
}
