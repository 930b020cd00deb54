package io.muster.benchmarks.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private static final Duration NOW = Duration.ZERO;

    private final Views views = new Views(3);

    @BeforeEach
    void start() {
        for (int i = 0; i < 3; i++) {
            views.started(i);
        }
    }

    private void see(int observer, Views.Sight sight, int subject, double seconds) {
        views.take(observer, sight, subject, (long) (seconds * 1e9));
    }

    private void allSeeAll() {
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                see(i, Views.Sight.UP, j, 1 + i);
            }
        }
    }

    @Test
    void tellsWhenTheLastNodeSawTheLast() throws InterruptedException {
        assertThat(views.awaitAllSeeAll(0, NOW)).isInfinite();
        assertThat(views.completeness()).isZero();
        allSeeAll();
        assertThat(views.awaitAllSeeAll(500_000_000, NOW)).isEqualTo(2.5);
        assertThat(views.completeness()).isEqualTo(1);
    }

    @Test
    void aDeathIsKnownWhenTheLastLivingNodeKnows() throws InterruptedException {
        allSeeAll();
        views.ended(2);
        see(0, Views.Sight.SUSPECTED, 2, 12);
        see(1, Views.Sight.SUSPECTED, 2, 13);
        see(0, Views.Sight.DOWN, 2, 15);
        assertThat(views.awaitDeath(2, 10_000_000_000L, NOW))
                .isEqualTo(new Views.Death(2, 5, Double.POSITIVE_INFINITY));
        see(1, Views.Sight.DOWN, 2, 16);
        assertThat(views.awaitDeath(2, 10_000_000_000L, NOW)).isEqualTo(new Views.Death(2, 5, 6));
        assertThat(views.awaitAllSeeAll(10_000_000_000L, NOW)).isEqualTo(6);
    }

    @Test
    void whatADeadNodeSaysDoesNotCount() {
        allSeeAll();
        views.ended(2);
        see(2, Views.Sight.DOWN, 0, 12);
        see(1, Views.Sight.DOWN, 0, 13);
        assertThat(views.deaths(0, seen -> true)).isEqualTo(1);
        assertThat(views.deaths(0, seen -> seen.observer() == 2)).isZero();
        assertThat(views.deaths(14_000_000_000L, seen -> true)).isZero();
    }

    @Test
    void strangersAreGoneWhenNobodySeesAny() throws InterruptedException {
        allSeeAll();
        assertThat(views.awaitStrangers(seen -> seen.observer() == 0 && seen.subject() == 1, NOW))
                .isFalse();
        see(0, Views.Sight.DOWN, 1, 12);
        assertThat(views.awaitStrangers(seen -> seen.observer() == 0 && seen.subject() == 1, NOW))
                .isTrue();
    }
}
