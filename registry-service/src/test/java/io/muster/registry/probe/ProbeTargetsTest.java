package io.muster.registry.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProbeTargetsTest {
    private final InetAddress one = InetAddress.getLoopbackAddress();

    @Test
    void anAddressIsProbedSoManyTimesAtOnce() {
        ProbeTargets targets = new ProbeTargets(2, 1_000);
        ProbeTargets.Target first = Objects.requireNonNull(targets.enter(one));
        assertThat(targets.enter(one)).isNotNull();
        assertThat(targets.enter(one)).isNull();

        first.leave();
        assertThat(targets.enter(one)).isNotNull();
        assertThat(targets.enter(one)).isNull();
    }

    @Test
    void anAddressIsProbedSoOftenInASecondAndWhatIsRefusedHoldsNothing() {
        ProbeTargets targets = new ProbeTargets(4, 3);
        int entered = 0;
        long begun = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            ProbeTargets.Target target = targets.enter(one);
            if (target != null) {
                entered++;
                target.leave();
            }
        }
        // A second may end meanwhile, and on a busy machine another one.
        int seconds = 2 + (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertThat(entered).isBetween(3, 3 * seconds);
    }

    @Test
    void oneThatEndsAfterItsAddressWasForgottenMakesNoRoomForMore() {
        AtomicLong nanos = new AtomicLong();
        ProbeTargets targets = new ProbeTargets(1, 1_000, nanos::get);
        ProbeTargets.Target slow = Objects.requireNonNull(targets.enter(one));
        nanos.addAndGet(TimeUnit.MINUTES.toNanos(2));
        assertThat(targets.enter(one)).as("forgotten").isNotNull();

        slow.leave();
        assertThat(targets.enter(one)).isNull();
    }
}
