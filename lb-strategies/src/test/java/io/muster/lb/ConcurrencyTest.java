package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(240)
class ConcurrencyTest {
    private static final long SEED = 99;
    private static final int CALLERS = 3;
    private static final int REQUESTS = 40_000;

    private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS + 1);
    private final Set<Endpoint> seen = ConcurrentHashMap.newKeySet();

    static Set<String> strategies() {
        return LoadBalancers.strategyNames();
    }

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest(name = "{0}, seed " + SEED)
    @MethodSource("strategies")
    void countsExactlyWhileMembershipChangesAndEndpointsRefuse(String strategy) throws Exception {
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.strategy(strategy));
        balancer.update(TestTarget.many(8));
        AtomicBoolean running = new AtomicBoolean(true);
        Future<?> updates = threads.submit(() -> changeMembership(balancer, running));
        List<Callable<@Nullable Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            SplittableRandom random = new SplittableRandom(SEED + i);
            callers.add(() -> call(balancer, random));
        }
        for (Future<@Nullable Void> caller : threads.invokeAll(callers)) {
            caller.get();
        }
        running.set(false);
        updates.get();

        assertThat(seen).allSatisfy(endpoint -> {
            assertThat(endpoint.inFlight()).isZero();
            assertThat(endpoint.cost()).isFinite().isPositive();
        });
        assertThat(seen).allSatisfy(endpoint -> assertThat(endpoint.counted()).isZero());
        assertThat(Picks.any(balancer).group().inFlight()).isZero();
        long ended = seen.stream()
                .map(Endpoint::statistics)
                .mapToLong(statistics -> statistics.successes() + statistics.failures() + statistics.cancellations())
                .sum();
        assertThat(ended).isEqualTo((long) CALLERS * REQUESTS);
        balancer.update(TestTarget.many(8));
        assertThat(new HashSet<>(balancer.snapshot().endpoints())).hasSize(8);
    }

    private @Nullable Void call(LoadBalancer balancer, SplittableRandom random) {
        Outcome[] outcomes = Outcome.values();
        Deque<Ticket> open = new ArrayDeque<>();
        for (int i = 0; i < REQUESTS; i++) {
            Endpoint endpoint = Picks.any(balancer);
            seen.add(endpoint);
            open.add(balancer.start(endpoint));
            if (open.size() > 16) {
                Ticket ticket = open.remove();
                ticket.responseStarted();
                ticket.finish(random.nextInt(200) == 0 ? Outcome.REFUSED : outcomes[random.nextInt(3)]);
            }
        }
        open.forEach(ticket -> ticket.finish(Outcome.CANCELLED));
        return null;
    }

    private static void changeMembership(LoadBalancer balancer, AtomicBoolean running) {
        SplittableRandom random = new SplittableRandom(SEED);
        while (running.get()) {
            List<TestTarget> targets = new ArrayList<>(TestTarget.many(1 + random.nextInt(16)));
            targets.set(0, targets.get(0).ofGeneration("1:" + random.nextInt(3)).weighing(1 + random.nextInt(100)));
            balancer.update(targets);
            Thread.onSpinWait();
        }
    }
}
