package io.muster.samples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.gossip.protocol.StateValue;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final Map<String, StateValue> SETTINGS = Map.of("target-1", StateValue.of("20.0"));

    private static Sight sight(int observer, Map<String, StateValue> settings, long handled, int... alive) {
        BitSet numbers = new BitSet();
        for (int number : alive) {
            numbers.set(number);
        }
        Map<String, Map<String, StateValue>> values = Map.of(
                EdgeNode.name(0), Map.of(EdgeNode.LOAD, new Reading(0.5, 1000).value()),
                EdgeNode.name(1), Map.of(EdgeNode.LOAD, new Reading(0.5, 1200).value()),
                EdgeNode.name(3), Map.of(EdgeNode.LOAD, new Reading(0.5, 0).value()));
        return new Sight(observer, numbers, values, handled, settings);
    }

    @Test
    void groupsThoseWhoAgreeLargestFirst() {
        Figures figures = Figures.of(
                List.of(EdgeNode.State.RUNNING, EdgeNode.State.RUNNING, EdgeNode.State.CUT_OFF, EdgeNode.State.DOWN),
                List.of(sight(2, Map.of(), 5, 2), sight(0, SETTINGS, 7, 0, 1), sight(1, SETTINGS, 9, 0, 1)),
                10,
                2000);
        assertThat(figures.views()).containsExactly(2, 1);
        assertThat(figures.settings()).containsExactly(2, 1);
        assertThat(figures.seenBy()).containsExactly(2, 2, 1, 0);
        assertThat(figures.alive()).isEqualTo(new Figures.Spread(1, 2, 2, 2));
        assertThat(figures.handled()).isEqualTo(new Figures.Spread(5, 7, 9, 9));
        assertThat(figures.count(EdgeNode.State.RUNNING)).isEqualTo(2);
        // 0 and 1 by each other, both by 2; nobody publishes as 2, and 3 is down.
        assertThat(figures.age()).isEqualTo(new Figures.Spread(800, 800, 1000, 1000));
    }

    @Test
    void nobodyAskedIsNoError() {
        Figures figures = Figures.of(List.of(EdgeNode.State.DOWN), List.of(), 0, 0);
        assertThat(figures.alive()).isEqualTo(new Figures.Spread(0, 0, 0, 0));
        assertThat(Board.groups(figures.views())).isEmpty();
    }

    @Test
    void quantilesAreNearestRanks() {
        assertThat(Figures.Spread.of(LongStream.rangeClosed(1, 200).toArray()))
                .isEqualTo(new Figures.Spread(1, 100, 198, 200));
        assertThat(Figures.Spread.of(3)).isEqualTo(new Figures.Spread(3, 3, 3, 3));
    }

    @Test
    void aReadingReadsBack() {
        Reading reading = Reading.of(new Reading(0.25, 123_456).value());
        assertThat(reading).isEqualTo(new Reading(0.25, 123_456));
    }

    @Test
    void theLedgerAllowsForWhatTheKilledTookWithThem() {
        Ledger ledger = new Ledger(2);
        ledger.added(0, 5, 1000);
        ledger.added(1, 7, 4000);
        ledger.killed(0, 5000);
        assertThat(ledger.explains(12)).isTrue();
        assertThat(ledger.explains(7)).as("0 had counted long before").isFalse();
        ledger.killed(1, 5000);
        assertThat(ledger.explains(5)).as("1 had just counted").isTrue();
        assertThat(ledger.explains(4)).isFalse();
        assertThat(ledger.explains(13)).isFalse();
        assertThat(ledger.counted()).isEqualTo(12);
    }
}
