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
        assertThat(new LoadLimit(limit).header()).isEqualTo("max-in-flight=" + limit);
        assertThat(LoadLimit.parse("max-in-flight=" + limit)).isEqualTo(new LoadLimit(limit));
        assertThat(new LoadLimit(limit).isSet()).isTrue();
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
                "max-in-flight=",
                "max-in-flight=-1",
                "max-in-flight=99999999999999999999",
                "max-in-flight=1, more=2",
                "max-in-flight=1                                                                        "
            })
    void whatMakesNoSenseIsNoLimit(@Nullable String header) {
        assertThat(LoadLimit.parse(header)).isEqualTo(LoadLimit.NONE);
    }

    @Test
    void isNotNegative() {
        assertThatThrownBy(() -> new LoadLimit(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max-in-flight must not be negative but was -1");
    }
}
