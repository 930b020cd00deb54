package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.SimWorld.Mutation;
import io.muster.lease.Simulation.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The core in a simulated world. {@code -Dsimulation.seeds=N} says how many seeds, {@code -Dsimulation.seed=S} runs that one
 * alone and prints what happened; {@code -Psoak} runs 10,000.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 300);

    @Test
    void noSeedViolatesAnInvariant() {
        Long single = Long.getLong("simulation.seed");
        long first = single == null ? 1 : single;
        long last = single == null ? SEEDS : single;
        int staleWrites = 0;
        for (long seed = first; seed <= last; seed++) {
            Result result = Simulation.run(seed, Mutation.NONE);
            assertThat(result.violation())
                    .as("seed %d (run it alone with -Dsimulation.seed=%d)%n%s", seed, seed, result.trace())
                    .isNull();
            staleWrites += result.staleWrites();
            if (single != null) {
                System.out.println(result.trace());
            }
        }
        System.out.printf(
                "simulation: seeds %d to %d, no violation, %d stale writes refused%n", first, last, staleWrites);
        assertThat(single != null || staleWrites > 0).as("stale writes happen").isTrue();
    }

    @Test
    void aRuleThatIsSwitchedOffIsFound() {
        List<String> table = new ArrayList<>();
        List<Mutation> missed = new ArrayList<>();
        for (Mutation mutation : Mutation.values()) {
            if (mutation == Mutation.NONE) {
                continue;
            }
            String found = "NOT FOUND in " + SEEDS + " seeds";
            for (long seed = 1; seed <= SEEDS; seed++) {
                String violation = Simulation.run(seed, mutation).violation();
                if (violation != null) {
                    found = String.format("seed %3d  %s", seed, violation);
                    break;
                }
            }
            if (found.startsWith("NOT")) {
                missed.add(mutation);
            }
            table.add(String.format("  %-17s %s", mutation, found));
        }
        System.out.println("mutation          found at\n" + String.join("\n", table));
        assertThat(missed).isEmpty();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        assertThat(Simulation.run(7, Mutation.NONE)).isEqualTo(Simulation.run(7, Mutation.NONE));
    }
}
