package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverTest {
    private static final URI A = URI.create("http://a");
    private static final URI B = URI.create("http://b");
    private static final URI C = URI.create("http://c");

    @Test
    void staysWithTheFirstUntilItFails() {
        Failover failover = new Failover(List.of(A, B, C));
        assertThat(failover.current()).isEqualTo(A);
        failover.failed(A);
        assertThat(failover.current()).isEqualTo(B);
    }

    @Test
    void goesRound() {
        Failover failover = new Failover(List.of(A, B));
        failover.failed(A);
        failover.failed(B);
        assertThat(failover.current()).isEqualTo(A);
    }

    @Test
    void movesOnceForManyFailuresOfOneNode() {
        Failover failover = new Failover(List.of(A, B, C));
        failover.failed(A);
        failover.failed(A);
        failover.failed(URI.create("http://unheard-of"));
        assertThat(failover.current()).isEqualTo(B);
    }
}
