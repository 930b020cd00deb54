package io.muster.quorum.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories of a simulated store: the right one's are accepted, and each defect is found. Seeds are printed. */
class RandomHistoryTest {
    private static final LinearizabilityChecker CHECKER = new LinearizabilityChecker(300_000);
    private static final int SEEDS = Integer.getInteger("quorum.seeds", 15);

    static LongStream seeds() {
        return new Random().longs(SEEDS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void acceptsARightStore(long seed) {
        List<Operation> operations = SimulatedStore.run(seed, SimulatedStore.Defect.NONE, 6, 60);

        assertThat(operations).hasSizeGreaterThan(500);
        assertThat(CHECKER.lease(operations, 0)).as("seed %d", seed).matches(Verdict::linearizable);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 12, 24})
    void acceptsARightStoreWithFewAndManyClients(int clients) {
        List<Operation> operations = SimulatedStore.run(7, SimulatedStore.Defect.NONE, clients, 60);

        assertThat(CHECKER.lease(operations, 0)).as("%d clients", clients).matches(Verdict::linearizable);
    }

    @ParameterizedTest
    @EnumSource(value = SimulatedStore.Defect.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void findsADefect(SimulatedStore.Defect defect) {
        long found = LongStream.rangeClosed(1, 10)
                .filter(seed -> CHECKER.lease(SimulatedStore.run(seed, defect, 6, 60), 0)
                                .kind()
                        == Verdict.Kind.NOT_LINEARIZABLE)
                .count();

        assertThat(found).as("histories rejected of 10").isPositive();
    }
}
