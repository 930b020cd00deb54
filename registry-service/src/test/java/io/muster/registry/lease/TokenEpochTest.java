package io.muster.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenEpochTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2025-01-02T00:00:00Z",
                "2026-02-28T23:59:59.999Z",
                "2026-03-01T00:00:00Z",
                "2047-06-06T23:59:59.999Z",
            })
    void tokensBeginWhereThoseOfTheOtherStoresDo(Instant now) {
        assertThat(TokenEpoch.at(now)).isEqualTo(io.muster.lease.store.TokenEpoch.ofMillisecond(now));
    }

    @Test
    void theyFitIntoTheirBitsAtAnyTimeOfDay() {
        assertThat(TokenEpoch.at(Instant.EPOCH)).isEqualTo(1L << 40);
        assertThat(TokenEpoch.at(Instant.MAX)).isEqualTo(TokenEpoch.at(Instant.parse("2047-06-06T23:59:59.999Z")));
        assertThat(TokenEpoch.at(Instant.MAX)).isLessThan(LeaseTable.MAX_TOKEN - 1_000_000_000L);
        assertThat(TokenEpoch.at(Instant.parse("2030-01-02T00:00:00Z")))
                .isGreaterThan(TokenEpoch.at(Instant.parse("2030-01-01T23:59:59.999Z")) + 8_191);
        assertThat(TokenEpoch.at(Instant.parse("2030-01-02T00:00:00.001Z"))
                        - TokenEpoch.at(Instant.parse("2030-01-02T00:00:00Z")))
                .isEqualTo(8_192);
    }
}
