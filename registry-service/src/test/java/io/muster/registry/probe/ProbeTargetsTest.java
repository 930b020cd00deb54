package io.muster.registry.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class ProbeTargetsTest {
    private final InetAddress one = InetAddress.getLoopbackAddress();

    @Test
    void anAddressIsProbedSoManyTimesAtOnce() {
        ProbeTargets targets = new ProbeTargets(2, 1_000);
        assertThat(targets.enter(one)).isTrue();
        assertThat(targets.enter(one)).isTrue();
        assertThat(targets.enter(one)).isFalse();

        targets.leave(one);
        assertThat(targets.enter(one)).isTrue();
        assertThat(targets.enter(one)).isFalse();
    }

    @Test
    void anAddressIsProbedSoOftenInASecondAndWhatIsRefusedHoldsNothing() {
        ProbeTargets targets = new ProbeTargets(4, 3);
        int entered = 0;
        for (int i = 0; i < 100; i++) {
            if (targets.enter(one)) {
                entered++;
                targets.leave(one);
            }
        }
        // A second may end meanwhile.
        assertThat(entered).isBetween(3, 6);
    }
}
