package io.muster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadLimitTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 7, 9_999_999})
    void isReadAsItIsWritten(int limit) {
        LoadLimit written = new LoadLimit(limit, "inventory:1");

        assertThat(written.header()).isEqualTo("max-in-flight=" + limit + ", for=inventory:1");
        assertThat(LoadLimit.parse(written.header())).isEqualTo(written);
        assertThat(written.isSet()).isTrue();
    }

    @Test
    void thereMayBeNone() {
        assertThat(LoadLimit.NONE.header()).isEqualTo("?1");
        assertThat(LoadLimit.parse("?1")).isEqualTo(LoadLimit.NONE);
        assertThat(LoadLimit.NONE.isSet()).isFalse();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "7",
                "max-in-flight=1",
                "max-in-flight=1, for=",
                "max-in-flight=, for=a",
                "max-in-flight=-1, for=a",
                "max-in-flight=99999999999999999999, for=a",
                "max-in-flight=1, for=a, more=2",
                "max-in-flight=1, for=a, max-in-flight=2, for=b",
                "max-in-flight=1, for=a b"
            })
    void whatMakesNoSenseIsNoLimit(@Nullable String header) {
        assertThat(LoadLimit.parse(header)).isEqualTo(LoadLimit.NONE);
    }

    @Test
    void doesNotLookAtWhatIsTooLong() {
        assertThat(LoadLimit.parse("max-in-flight=1, for=" + "a".repeat(129))).isEqualTo(LoadLimit.NONE);
    }

    @Test
    void isNotNegative() {
        assertThatThrownBy(() -> new LoadLimit(-1, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max-in-flight must not be negative but was -1");
    }
}
