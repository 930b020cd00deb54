package io.muster.gossip.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimingTest {
    @ParameterizedTest
    @CsvSource({"1, 3.000", "10, 3.000", "32, 4.515", "250, 7.194", "1000, 9.000", "5000, 11.097"})
    void aSuspicionLastsLongerInALargerCluster(int n, double seconds) {
        assertThat(Timing.suspicionMinNanos(SwimConfig.lan(), n) / 1e9)
                .isCloseTo(seconds, org.assertj.core.data.Offset.offset(0.001));
    }

    @ParameterizedTest
    @CsvSource({"0, 3, 60", "1, 3, 35", "2, 3, 20.376", "3, 3, 10", "9, 3, 10", "0, 0, 10"})
    void confirmationsShortenASuspicion(int confirmations, int needed, double seconds) {
        assertThat(Timing.suspicionNanos(10_000_000_000L, 60_000_000_000L, confirmations, needed) / 1e9)
                .isCloseTo(seconds, org.assertj.core.data.Offset.offset(0.001));
    }

    @ParameterizedTest
    @CsvSource({"2, 4", "32, 9", "250, 12", "1000, 15", "5000, 17"})
    void aRumorIsSentOftenEnough(int n, int packets) {
        assertThat(Timing.transmitLimit(SwimConfig.lan().spreading(), n)).isEqualTo(packets);
    }

    @ParameterizedTest
    @CsvSource({"3, 30", "256, 30", "512, 45", "1024, 60"})
    void pushPullsAreRarerInALargerCluster(int n, long seconds) {
        assertThat(Timing.syncIntervalNanos(SwimConfig.lan().repair(), n)).isEqualTo(seconds * 1_000_000_000L);
    }

    @Test
    void aSmallClusterNeedsNoMoreConfirmationsThanItHasMembers() {
        assertThat(Timing.confirmationsNeeded(SwimConfig.lan(), 2)).isZero();
        assertThat(Timing.confirmationsNeeded(SwimConfig.lan(), 3)).isEqualTo(1);
        assertThat(Timing.confirmationsNeeded(SwimConfig.lan(), 250)).isEqualTo(3);
    }

    @Test
    void refusesTimesThatCannotWork() {
        assertThatThrownBy(() -> new SwimConfig.Probing(Duration.ofSeconds(1), Duration.ofSeconds(2), 3))
                .hasMessageContaining("directTimeout")
                .hasMessageContaining("PT2S");
        assertThatThrownBy(() -> new SwimConfig.Spreading(Duration.ofMillis(200), 3, 4, 2, 500))
                .hasMessageContaining("packetBytes")
                .hasMessageContaining("500");
    }
}
