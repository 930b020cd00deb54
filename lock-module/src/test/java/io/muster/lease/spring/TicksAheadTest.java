package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.LeaseEvent;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TicksAheadTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final TicksAhead ahead = new TicksAhead(() -> NOON);
    private final Warnings warnings = new Warnings(TicksAhead.class);

    @AfterEach
    void close() {
        warnings.close();
    }

    @Test
    void aTickThatIsDoneBeforeItsTimeIsToldOnce() {
        Instant nextYear = Instant.parse("2027-03-01T12:00:00Z");
        ahead.on(new LeaseEvent.AlreadyRan("close-month", nextYear));
        ahead.on(new LeaseEvent.AlreadyRan("close-month", nextYear));
        ahead.on(new LeaseEvent.AlreadyRan("close-month", nextYear.plusSeconds(1)));
        assertThat(warnings.messages()).hasSize(2);
        assertThat(warnings.messages().get(0)).contains("\"close-month\" is skipped until 2027-03-01T12:00:00Z");
    }

    @Test
    void aTickThatIsOverIsNot() {
        ahead.on(new LeaseEvent.AlreadyRan("close-month", NOON));
        ahead.on(new LeaseEvent.AlreadyRan("close-month", NOON.plusSeconds(60)));
        assertThat(warnings.messages()).isEmpty();
    }
}
