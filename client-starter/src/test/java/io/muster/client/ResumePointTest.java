package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResumePointTest {
    private static final int MANY = 10_000;
    private static final Position FIVE = new Position(1, 5);

    private final ResumePoint point = new ResumePoint();

    @Test
    void namesEverythingAndNoPositionAtFirst() {
        assertThat(point.named(List.of("b", "a"), MANY)).containsExactly("a", "b");
        assertThat(point.position()).isEmpty();
    }

    @Test
    void resumesTheServicesWhoseSnapshotCame() {
        open("a", "b");
        point.snapshot("a", false);
        point.reached(FIVE);
        assertThat(point.position()).contains(FIVE);
        assertThat(point.named(List.of("a", "b"), MANY)).containsExactly("a");
    }

    @Test
    void doesNotResumeAMergedView() {
        open("a");
        point.snapshot("a", true);
        point.reached(FIVE);
        assertThat(point.position()).isEmpty();
        point.snapshot("a", false);
        assertThat(point.position()).contains(FIVE);
    }

    @Test
    void doesNotResumeAServiceThatMissedAChangeOrWasForgotten() {
        open("a", "b", "c");
        point.snapshot("a", false);
        point.snapshot("b", false);
        point.snapshot("c", false);
        point.reached(FIVE);
        point.missed("b");
        point.forgotten("c");
        assertThat(point.named(List.of("a", "b", "c"), MANY)).containsExactly("a");
    }

    @Test
    void holdsNothingOnceTheEpochIsAnotherOne() {
        open("a");
        point.snapshot("a", false);
        point.reached(FIVE);
        point.opened(List.of("a"), 2);
        assertThat(point.position()).isEmpty();
    }

    @Test
    void holdsOnlyWhatTheNewStreamResumes() {
        open("a", "b");
        point.snapshot("a", false);
        point.snapshot("b", false);
        point.reached(FIVE);
        point.opened(List.of("a"), 1);
        assertThat(point.named(List.of("a", "b"), MANY)).containsExactly("a");
    }

    @Test
    void namesNoMoreThanFits() {
        int room = 2 * "&service=a".length() + 3;
        assertThat(point.named(List.of("a", "b", "c"), room)).containsExactly("a", "b");
    }

    private void open(String... services) {
        point.opened(List.of(services), 1);
    }
}
