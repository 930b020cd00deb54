package io.muster.benchmarks.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanRequestTest {
    @Test
    void readsWhatIsAsked() {
        PlanRequest request = PlanRequest.parse("n=1000,loss=5%,rtt=2.5ms,profile=fast");

        assertThat(request.members()).isEqualTo(1000);
        assertThat(request.loss()).isEqualTo(0.05);
        assertThat(request.profiles()).containsExactly(Profile.FAST);
        assertThat(request.roundTrip(Profile.FAST)).isEqualTo(Duration.ofNanos(2_500_000));
    }

    @Test
    void whatIsLeftOutIsTheReferenceFleetWithoutLoss() {
        PlanRequest request = PlanRequest.parse("");

        assertThat(request.members()).isEqualTo(250);
        assertThat(request.loss()).isZero();
        assertThat(request.profiles()).containsExactly(Profile.values());
        assertThat(request.roundTrip(Profile.WAN)).isEqualTo(Duration.ofMillis(80));
    }

    @ParameterizedTest
    @CsvSource({
        "n=many, n must be a number but was many",
        "250, 'part must be n=, loss=, rtt= or profile= but was 250'",
        "profile=moon, 'profile must be lan, fast or wan but was moon'",
        "rtt=5, rtt must be in ms but was 5"
    })
    void saysWhatItDoesNotUnderstand(String text, String message) {
        assertThatThrownBy(() -> PlanRequest.parse(text)).hasMessage(message);
    }

    @Test
    void theTableHasAColumnPerProfile() {
        assertThat(PlanTable.of(PlanRequest.parse("n=250,loss=5%")))
                .startsWith("250 members, 5 % of datagrams lost")
                .contains("| | LAN, 6 ms | fast, 6 ms | WAN, 80 ms |")
                .contains("| crash to first suspect, mean, s | 2.00 | 1.00 | 5.99 |");
    }
}
