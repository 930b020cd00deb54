package io.muster.samples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Twenty real nodes. */
@Timeout(400)
class FleetTest {
    private static final int NODES = 20;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Shorter than any suspicion lasts, in milliseconds. */
    private static final long SUSPICION = 500;

    @Test
    void allKnowOfTheKilledAndTheCutOffAndFindTogetherAgain() throws InterruptedException {
        LongSupplier clock = () -> System.nanoTime() / 1_000_000;
        try (Fleet fleet = new Fleet(NODES, EdgeFleet.FAST, clock)) {
            fleet.start();
            assertThat(fleet.awaitKnown(LIMIT)).as("all see all").isPresent();

            long killing = clock.getAsLong();
            fleet.kill();
            assertThat(fleet.awaitKnown(LIMIT).orElseThrow())
                    .as("all know of the killed, and a death takes a suspicion")
                    .isGreaterThan(killing + SUSPICION);
            assertThat(fleet.look())
                    .hasSize(NODES - 1)
                    .allMatch(sight -> sight.alive().equals(without(fleet.victims())));

            long cutting = clock.getAsLong();
            fleet.cut();
            assertThat(fleet.awaitKnown(LIMIT).orElseThrow())
                    .as("all others know of the cut, and a death takes a suspicion")
                    .isGreaterThan(cutting + SUSPICION);
            BitSet inside = without(fleet.victims());
            fleet.outsiders().forEach(outsider -> inside.clear(outsider.number()));
            assertThat(fleet.look())
                    .filteredOn(sight -> inside.get(sight.observer()))
                    .hasSize(NODES - 3)
                    .allMatch(sight -> sight.alive().equals(inside));

            fleet.heal();
            assertThat(fleet.awaitKnown(LIMIT)).as("the cut has healed").isPresent();
            fleet.restart();
            assertThat(fleet.awaitKnown(LIMIT)).as("the killed are back").isPresent();
            assertThat(fleet.look())
                    .hasSize(NODES)
                    .allMatch(sight -> sight.alive().cardinality() == NODES);
        }
    }

    private static BitSet without(List<EdgeNode> gone) {
        BitSet all = new BitSet();
        all.set(0, NODES);
        gone.forEach(node -> all.clear(node.number()));
        return all;
    }
}
