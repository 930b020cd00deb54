package io.muster.lb;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** The parts without locks, run by several threads: each history must be one that some order of the calls gives. */
class LincheckTest {
    @Test
    void aTicketEndsOnce() {
        check(TicketHistory.class);
    }

    @Test
    void turnsAreTakenOneByOne() {
        check(TurnsHistory.class);
    }

    @Test
    void aBudgetIsSpentOnce() {
        check(BudgetHistory.class);
    }

    @Test
    void theSignTellsWhetherSomethingIsLeftOfAFailure() {
        check(BlemishHistory.class);
    }

    private static void check(Class<?> history) {
        new StressOptions()
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(1)
                .iterations(20)
                .invocationsPerIteration(1_000)
                .check(history);
    }

    /** One ticket. */
    public static class TicketHistory {
        private final LoadBalancer balancer =
                new LoadBalancer(new RoundRobin(() -> 0), () -> 0, () -> 0, Runnable::run);
        private final Ticket ticket;

        public TicketHistory() {
            balancer.update(TestTarget.all("a"));
            ticket = balancer.start(balancer.snapshot().endpoints().get(0));
        }

        @Operation
        public boolean succeed() {
            return ticket.finish(Outcome.SUCCESS);
        }

        @Operation
        public boolean fail() {
            return ticket.finish(Outcome.FAILURE);
        }
    }

    /** One weighted round robin over three endpoints. */
    public static class TurnsHistory {
        private final Picker turns;

        public TurnsHistory() {
            LoadBalancer balancer = new LoadBalancer(new WeightedRoundRobin(() -> 0), () -> 0, () -> 0, Runnable::run);
            balancer.update(java.util.List.of(
                    TestTarget.of("a").weighing(3),
                    TestTarget.of("b").weighing(2),
                    TestTarget.of("c").weighing(1)));
            turns = balancer.snapshot().picker();
        }

        @Operation
        public String turn() {
            return Picks.some(turns.pick(0, Exclusions.none())).target().id();
        }
    }

    /** One endpoint whose requests succeed and fail. */
    public static class BlemishHistory {
        private final Endpoint endpoint;

        public BlemishHistory() {
            LoadBalancer balancer = new LoadBalancer(new RoundRobin(() -> 0), () -> 0, () -> 0, Runnable::run);
            balancer.update(TestTarget.all("a"));
            endpoint = balancer.snapshot().endpoints().get(0);
            // Nearly forgotten, so that the next success forgets it.
            fail();
            for (int i = 0; i < 65; i++) {
                succeed();
            }
        }

        @Operation
        public final void succeed() {
            endpoint.started();
            endpoint.countSuccess();
        }

        @Operation
        public final void fail() {
            endpoint.started();
            endpoint.countFailure(false, 0, 0);
        }

        @Validate
        public void check() {
            boolean left = endpoint.penalty() != Penalty.NONE || endpoint.failuresInRow() != 0;
            if (endpoint.isBlemished() != left) {
                throw new IllegalStateException("blemished " + endpoint.isBlemished() + " with penalty "
                        + endpoint.penalty() + " and " + endpoint.failuresInRow() + " failures in a row");
            }
        }
    }

    /** One budget of half of the calls and one retry. */
    public static class BudgetHistory {
        private final RetryBudget budget = new RetryBudget(50, 1, () -> 0);

        @Operation
        public void called() {
            budget.called();
        }

        @Operation
        public boolean retry() {
            return budget.tryRetry();
        }
    }
}
