package io.muster.samples.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    @Test
    void readsArguments() {
        assertThat(Options.parse()).isEqualTo(new Options(250, Duration.ofSeconds(25), OptionalInt.empty()));
        assertThat(Options.parse("--nodes=20", "--web=8099", "--every=5"))
                .isEqualTo(new Options(20, Duration.ofSeconds(5), OptionalInt.of(8099)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--nodes=19;--nodes must be 20 to 1000 but was 19",
                "--nodes=1001;--nodes must be 20 to 1000 but was 1001",
                "--nodes=many;--nodes must be a number but was many",
                "--web=65536;--web must be 0 to 65535 but was 65536",
                "--every=0;--every must be 1 to 300 but was 0",
                "--every=301;--every must be 1 to 300 but was 301",
                "--speed=2;argument must be --nodes=N, --every=SECONDS or --web=PORT but was --speed=2",
            })
    void saysWhatIsWrong(String argument, String message) {
        assertThatThrownBy(() -> Options.parse(argument))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
