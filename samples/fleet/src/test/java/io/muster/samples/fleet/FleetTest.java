package io.muster.samples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Twenty real nodes. */
@Timeout(120)
class FleetTest {
    private static final int NODES = 20;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** Shorter than any suspicion lasts. */
    private static final Duration AT_ONCE = Duration.ofMillis(500);

    @Test
    void allKnowOfTheKilledAndTheCutOffAndFindTogetherAgain() throws InterruptedException {
        LongSupplier clock = () -> System.nanoTime() / 1_000_000;
        try (Fleet fleet = new Fleet(NODES, EdgeFleet.FAST, clock)) {
            fleet.start();
            assertThat(fleet.awaitKnown(LIMIT)).as("all see all").isPresent();

            fleet.kill();
            assertThat(fleet.awaitKnown(AT_ONCE))
                    .as("a death takes a suspicion")
                    .isEmpty();
            assertThat(fleet.awaitKnown(LIMIT)).as("all know of the killed").isPresent();
            assertThat(fleet.look())
                    .hasSize(NODES - 1)
                    .allMatch(sight -> sight.alive().equals(without(fleet.victims())));

            fleet.cut();
            assertThat(fleet.awaitKnown(AT_ONCE))
                    .as("a death takes a suspicion")
                    .isEmpty();
            assertThat(fleet.awaitKnown(LIMIT)).as("all others know of the cut").isPresent();
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
