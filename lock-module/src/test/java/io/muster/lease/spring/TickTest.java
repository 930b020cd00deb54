package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.store.InMemoryLeaseStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.support.SimpleTriggerContext;

/** Once for each planned time, whatever the clocks of two processes say. */
@Timeout(240)
class TickTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant FIVE_PAST = NOON.plusSeconds(300);

    private final LeaseStore store = new InMemoryLeaseStore();
    private final List<Node> nodes = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.forEach(node -> node.leases.close());
    }

    @Test
    void aTickRunsOnceThoughTheOthersClockIsBehind() {
        Node one = new Node();
        Node other = new Node();
        one.now = NOON.plusSeconds(1);
        one.call();
        assertThat(completed()).isEqualTo(NOON);

        // Nearly half an interval behind, so this process comes when the first is done.
        other.now = NOON.plusMillis(2);
        other.callPlanned(NOON);
        other.now = NOON.minusSeconds(120);
        other.callPlanned(NOON.minusSeconds(300));
        assertThat(other.job.runs).hasValue(0);

        other.callPlanned(FIVE_PAST);
        assertThat(other.job.runs).hasValue(1);
        one.now = FIVE_PAST.plusSeconds(140);
        one.callPlanned(FIVE_PAST);
        assertThat(one.job.runs).hasValue(1);
    }

    @Test
    void aRunThatHadToWaitForAThreadIsForItsOwnTickAndTakesNoLaterOne() {
        Node node = new Node();
        node.now = FIVE_PAST.minusMillis(100);
        node.callPlanned(NOON);
        assertThat(completed()).isEqualTo(NOON);

        node.now = FIVE_PAST;
        node.callPlanned(FIVE_PAST);
        assertThat(node.job.runs).hasValue(2);
    }

    @Test
    void aRunThatComesEarlyIsForTheTickThatItWasPlannedFor() {
        Node node = new Node();
        node.now = FIVE_PAST.minusSeconds(100);
        node.callPlanned(FIVE_PAST);
        assertThat(completed()).isEqualTo(FIVE_PAST);
    }

    @Test
    void aTickWhoseRunFailedIsOpen() {
        Node node = new Node();
        node.now = NOON;
        node.job.failure = new IllegalStateException("no disk");
        assertThatThrownBy(node::call).hasMessage("no disk");
        assertThat(store.inspect("close")
                        .toCompletableFuture()
                        .join()
                        .orElseThrow()
                        .completed())
                .isNull();

        node.job.failure = null;
        node.call();
        node.call();
        assertThat(node.job.runs).hasValue(2);
        assertThat(completed()).isEqualTo(NOON);
    }

    @Test
    void twoScheduledApplicationsRunEachSecondOnce() {
        BlockingQueue<Instant> runs = new LinkedBlockingQueue<>();
        TestContexts.h2(Scheduling.class)
                .withBean(EachSecond.class, () -> new EachSecond(runs))
                .run(one -> TestContexts.h2(Scheduling.class)
                        .withPropertyValues(
                                "spring.datasource.url=" + one.getEnvironment().getProperty("spring.datasource.url"))
                        .withBean(EachSecond.class, () -> new EachSecond(runs))
                        .run(other -> {
                            Queue<Instant> seen = new ConcurrentLinkedQueue<>();
                            for (int i = 0; i < 5; i++) {
                                Instant run = runs.poll(60, TimeUnit.SECONDS);
                                assertThat(run).isNotNull();
                                seen.add(run);
                            }
                            assertThat(seen).doesNotHaveDuplicates();
                        }));
        assertThat(runs).doesNotHaveDuplicates();
    }

    private @Nullable Instant completed() {
        return store.inspect("close").toCompletableFuture().join().orElseThrow().completed();
    }

    /** A process with a clock of its own. */
    private final class Node {
        private final Leases leases = Leases.open(store, LeaseSettings.defaults("test"));
        private final Job job = new Job();
        private final Job proxy;
        private Instant now = NOON;

        private Node() {
            nodes.add(this);
            LeaseInterceptor interceptor = new LeaseInterceptor(
                    new LeasePlans(text -> text),
                    () -> leases,
                    () -> {
                        throw new AssertionError("nobody is elected");
                    },
                    refusal -> {},
                    () -> now);
            ProxyFactory factory = new ProxyFactory(job);
            factory.setProxyTargetClass(true);
            factory.addAdvice(interceptor);
            proxy = (Job) factory.getProxy();
        }

        private void call() {
            proxy.close();
        }

        private void callPlanned(Instant planned) {
            PlannedTimes.NotingTask task = new PlannedTimes.NotingTask(proxy::close, context -> planned, () -> now);
            Instant unused = task.nextExecution(new SimpleTriggerContext());
            task.run();
        }
    }

    static class Job {
        private final AtomicInteger runs = new AtomicInteger();
        private @Nullable RuntimeException failure;

        @Scheduled(cron = "0 */5 * * * *", zone = "UTC")
        @Leased(name = "close", once = OncePer.TICK)
        public void close() {
            runs.incrementAndGet();
            if (failure != null) {
                throw failure;
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {}

    static class EachSecond {
        private final BlockingQueue<Instant> runs;

        EachSecond(BlockingQueue<Instant> runs) {
            this.runs = runs;
        }

        @Scheduled(cron = "* * * * * *")
        @Leased(name = "each-second", once = OncePer.TICK)
        public void run() {
            Instant planned = PlannedTimes.current();
            if (planned != null) {
                runs.add(planned);
            }
        }
    }
}
