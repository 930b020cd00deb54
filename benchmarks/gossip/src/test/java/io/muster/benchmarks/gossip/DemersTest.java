package io.muster.benchmarks.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DemersTest {
    @ParameterizedTest
    @EnumSource
    void roundsGrowAsTheFormulaSays(Demers way) {
        assertThat(way.simulated(2000, 20)).isCloseTo(way.formula(2000), Percentage.withPercentage(15));
    }
}
