package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportedLoadTest {
    private static final Duration SERVICE = Duration.ofMillis(10);

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(42);
    private final LoadBalancer balancer =
            LoadBalancers.loadBalancer(LoadBalancers.powerOfTwoChoices(random), clock, random);

    @BeforeEach
    void startClock() {
        clock.set(0);
    }

    @Test
    void whatOthersHaveThereCountsBesideTheOwn() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", 5);
        learn("b", 0);
        for (int i = 0; i < 4; i++) {
            balancer.start(named("b"));
        }

        assertThat(Picks.count(balancer, 10_000).get("b")).isGreaterThan(9_500);
    }

    @Test
    void theOwnRequestsAmongTheReportedAreNotCountedTwice() {
        balancer.update(TestTarget.all("a"));
        start("a");
        for (int i = 0; i < 3; i++) {
            balancer.start(named("a"));
        }

        answer("a", 3);

        assertThat(named("a").expectedInFlight()).isCloseTo(3, within(0.01));
    }

    @Test
    void theFirstWordCounts() {
        balancer.update(TestTarget.all("a"));
        start("a");
        Ticket ticket = balancer.start(named("a"));
        clock.advance(SERVICE);
        ticket.reported(-1);
        ticket.reported(4);
        ticket.reported(40);
        ticket.finish(Outcome.SUCCESS);
        ticket.reported(400);

        assertThat(named("a").expectedInFlight()).isCloseTo(4, within(0.01));
    }

    @Test
    void asMuchAsChanceMakesIsAcceptable() {
        balancer.update(TestTarget.all("a", "b"));
        assertThat(named("a").acceptable()).as("of who tells nothing").isEqualTo(-1);

        learn("a", 0);
        learn("b", 8);

        assertThat(named("a").acceptable()).isEqualTo(1);
        assertThat(named("b").acceptable()).as("8 + 3, or one less by its age").isBetween(10, 11);
    }

    @Test
    void whoDeclinedIsKnownToBeBusyAndNothingElseChanges() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", 0);
        learn("b", 0);
        long latency = named("a").statistics().latencyNanos();

        Ticket ticket = balancer.start(named("a"));
        assertThat(ticket.declined(6, 0.5)).isTrue();
        assertThat(ticket.declined(60, 1)).isFalse();
        assertThat(ticket.finish(Outcome.SUCCESS)).isFalse();

        EndpointStatistics statistics = named("a").statistics();
        assertThat(statistics.expectedInFlight()).isBetween(5L, 6L);
        assertThat(statistics.utilization()).isEqualTo(0.5);
        assertThat(statistics.latencyNanos()).isEqualTo(latency);
        assertThat(statistics.inFlight()).isZero();
        assertThat(statistics.failures()).isZero();
        assertThat(statistics.penalty()).isEqualTo(1);
        assertThat(Picks.count(balancer, 10_000).get("b")).isGreaterThan(9_500);
    }

    @Test
    void whatWasHeardOfOneThatDeclinesDoesNotGoByTheOwnRequests() {
        balancer.update(TestTarget.all("a"));
        learn("a", 0);
        balancer.start(named("a"));
        Ticket ticket = balancer.start(named("a"));

        ticket.declined(4, Double.NaN);

        assertThat(named("a").expectedInFlight()).as("one of its 4 is our own").isBetween(3.0, 4.0);
    }

    @Test
    void whatItsStartTakesIsNotHeldAgainstAnEndpoint() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", 0);
        for (int i = 0; i < 2; i++) {
            Ticket slow = balancer.start(named("b"));
            clock.advance(SERVICE.multipliedBy(100));
            slow.reported(0);
            slow.finish(Outcome.SUCCESS);
        }
        learn("b", 0);

        assertThat(Picks.count(balancer, 10_000).get("b")).isBetween(4_500, 5_500);
    }

    /** When two are idle, the slower one still gets its few requests, whoever spoke last. */
    @Test
    void aFewSlowAnswersKeepNoRequestsFromAnIdleEndpoint() {
        balancer.update(TestTarget.all("a", "b"));
        learn("b", 0);
        for (int i = 0; i < 3; i++) {
            Ticket slow = balancer.start(named("b"));
            clock.advance(SERVICE.multipliedBy(30));
            slow.reported(0);
            slow.finish(Outcome.SUCCESS);
        }
        for (int i = 0; i < 10; i++) {
            answer("a", 0);
        }

        assertThat(Picks.count(balancer, 10_000).get("b")).isGreaterThan(100);
    }

    @Test
    void anOldWordGoesBackToWhatIsUsual() {
        balancer.update(TestTarget.all("a", "b"));
        for (int i = 0; i < 100; i++) {
            answer("a", 4);
        }
        answer("a", 0);
        double fresh = named("a").expectedInFlight();
        for (int i = 0; i < 50; i++) {
            answer("b", 4);
        }

        assertThat(fresh).isLessThan(3.6);
        assertThat(named("a").expectedInFlight()).isBetween(3.8, 4.0);
    }

    @Test
    void oneThatSaidThatItIsIdleIsTakenThoughItIsNotDrawn() {
        balancer.update(TestTarget.many(50));
        balancer.snapshot()
                .endpoints()
                .forEach(endpoint -> learn(endpoint.target().id(), 6));
        String idle = "000007";

        answer(idle, 0);

        assertThat(Picks.count(balancer, 1_000).get(idle)).isGreaterThan(950);
        for (int i = 0; i < 20; i++) {
            balancer.start(named(idle));
        }
        assertThat(Picks.count(balancer, 1_000).getOrDefault(idle, 0)).isLessThan(60);
    }

    @Test
    void oneOutsideOfTheRouteIsNotTaken() {
        TestTarget outside = TestTarget.of("z");
        balancer.update(TestTarget.all("a", "b", "c"));
        balancer.update(List.of(TestTarget.of("a"), TestTarget.of("b"), outside.weighing(0)));
        for (String id : List.of("a", "b", "z")) {
            learn(id, 6);
        }

        answer("z", 0);

        assertThat(Picks.count(balancer, 1_000)).containsOnlyKeys("a", "b");
    }

    @Test
    void anAnswerWithoutAWordEndsThat() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", 1);
        learn("b", 1);
        assertThat(named("a").isReporting()).isTrue();

        balancer.start(named("a")).finish(Outcome.CANCELLED);
        assertThat(named("a").isReporting()).isTrue();
        balancer.start(named("a")).finish(Outcome.SUCCESS);

        assertThat(named("a").isReporting()).isFalse();
        assertThat(named("b").isReporting()).isTrue();
    }

    @Test
    void aSlowOneIsTriedAgainThoughOthersSayThatTheyAreIdle() {
        balancer.update(TestTarget.all("a", "b"));
        for (int i = 0; i < 3; i++) {
            Ticket ticket = balancer.start(named("b"));
            clock.advance(Duration.ofSeconds(5));
            ticket.reported(0);
            ticket.finish(Outcome.SUCCESS);
        }
        clock.advance(Duration.ofSeconds(11));
        learn("a", 0);

        assertThat(Picks.count(balancer, 10_000).get("b")).isGreaterThan(80);
    }

    @Test
    void aPickByReportedLoadAllocatesNothing() {
        balancer.update(TestTarget.many(17));
        balancer.snapshot()
                .endpoints()
                .forEach(endpoint -> learn(endpoint.target().id(), 2));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        pickOften();

        long before = threads.getThreadAllocatedBytes(thread);
        pickOften();
        long allocated = threads.getThreadAllocatedBytes(thread) - before;

        assertThat(allocated).isLessThan(1_000);
    }

    private void pickOften() {
        for (int i = 0; i < 20_000; i++) {
            balancer.pick(i, Exclusions.none());
        }
    }

    private Endpoint named(String id) {
        return Picks.named(balancer, id);
    }

    /** The answers of a new process, whose reports count for nothing. */
    private void start(String id) {
        answer(id, 0);
        answer(id, 0);
    }

    /** Answers often enough to make a history. */
    private void learn(String id, int others) {
        for (int i = 0; i < 3; i++) {
            answer(id, others);
        }
    }

    /** An answer of an endpoint that works one request after the other. */
    private void answer(String id, int underWay) {
        Ticket ticket = balancer.start(named(id));
        clock.advance(SERVICE.multipliedBy(underWay + 1L));
        ticket.reported(underWay);
        ticket.finish(Outcome.SUCCESS);
    }
}
