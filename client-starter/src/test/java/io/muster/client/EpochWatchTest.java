package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class EpochWatchTest {
    private static final URI A = URI.create("http://a");
    private static final URI B = URI.create("http://b");

    private final EpochWatch epochs = new EpochWatch();

    @Test
    void findsTwoRegistriesThatBothGoOn() {
        assertThat(epochs.observe(A, 1)).isFalse();
        assertThat(epochs.observe(B, 2)).isFalse();
        assertThat(epochs.observe(A, 1)).isTrue();
    }

    @Test
    void tellsItOnce() {
        epochs.observe(A, 1);
        epochs.observe(B, 2);
        epochs.observe(A, 1);
        assertThat(epochs.observe(B, 2)).isFalse();
    }

    @Test
    void takesNodesOfOneEpochForOneRegistry() {
        epochs.observe(A, 1);
        epochs.observe(B, 1);
        assertThat(epochs.observe(A, 1)).isFalse();
    }

    @Test
    void takesARestoreOfAllNodesForOneRegistry() {
        epochs.observe(A, 1);
        epochs.observe(B, 1);
        epochs.observe(B, 2);
        assertThat(epochs.observe(A, 2)).isFalse();
    }

    @Test
    void cannotTellWhenTheFirstOneRestarted() {
        epochs.observe(A, 1);
        epochs.observe(B, 2);
        assertThat(epochs.observe(A, 3)).isFalse();
        assertThat(epochs.observe(A, 3)).isFalse();
        assertThat(epochs.observe(B, 2)).isTrue();
    }
}
