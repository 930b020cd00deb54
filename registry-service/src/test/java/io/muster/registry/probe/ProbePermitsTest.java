package io.muster.registry.probe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbePermitsTest {
    private final ProbePermits permits = new ProbePermits();

    @Test
    void oneOwnerHasAQuarterAndTheOthersTheRest() {
        assertThat(enterAll("a")).isEqualTo(ProbePermits.MAX_OF_OWNER);
        assertThat(enterAll("b")).isEqualTo(ProbePermits.MAX_OF_OWNER);
        permits.leave("a");
        assertThat(enterAll("b")).isZero();
        assertThat(enterAll("a")).isEqualTo(1);
        assertThat(enterAll("c") + enterAll("d")).isEqualTo(2 * ProbePermits.MAX_OF_OWNER);
        assertThat(enterAll("e")).as("all of them").isZero();
    }

    @Test
    void whatIsGivenBackIsThereAgain() {
        for (int round = 0; round < 1_000; round++) {
            assertThat(permits.enter("a")).isTrue();
            permits.leave("a");
        }
        assertThat(enterAll("a")).isEqualTo(ProbePermits.MAX_OF_OWNER);
    }

    /** How many may enter; more than all of them are not tried. */
    private int enterAll(String owner) {
        int entered = 0;
        while (entered <= ProbePermits.MAX_PROBES && permits.enter(owner)) {
            entered++;
        }
        return entered;
    }
}
