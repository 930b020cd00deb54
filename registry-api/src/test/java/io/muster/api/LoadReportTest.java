package io.muster.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadReportTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 'in-flight=0, utilization=0.00'",
        "7, 0.421, 'in-flight=7, utilization=0.42'",
        "1000000, 1, 'in-flight=1000000, utilization=1.00'",
    })
    void isReadAsItIsWritten(int inFlight, double utilization, String header) {
        LoadReport report = new LoadReport(inFlight, utilization);

        assertThat(report.header()).isEqualTo(header);
        LoadReport read = LoadReport.parse(header).orElseThrow();
        assertThat(read.inFlight()).isEqualTo(inFlight);
        assertThat(read.utilization()).isEqualTo(Math.round(utilization * 100) / 100.0);
    }

    @Test
    void saysThatTheRequestWasDeclined() {
        LoadReport report = new LoadReport(7, 0.42, true);

        assertThat(report.header()).isEqualTo("in-flight=7, utilization=0.42, declined");
        assertThat(LoadReport.parse(report.header())).contains(report);
        assertThat(LoadReport.parse("in-flight=7, declined")).contains(new LoadReport(7, 0, true));
    }

    @Test
    void needsNoUtilization() {
        assertThat(LoadReport.parse("in-flight=3")).contains(new LoadReport(3, 0));
    }

    @Test
    void whatIsOutOfRangeCountsAsTheNearestValue() {
        assertThat(new LoadReport(-1, -1)).isEqualTo(new LoadReport(0, 0));
        assertThat(new LoadReport(Integer.MAX_VALUE, 7)).isEqualTo(new LoadReport(1_000_000, 1));
        assertThat(new LoadReport(1, Double.NaN)).isEqualTo(new LoadReport(1, 0));
        assertThat(LoadReport.parse("in-flight=9999999")).contains(new LoadReport(1_000_000, 0));
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "7",
                "in-flight=",
                "in-flight=-1",
                "in-flight=99999999999999999999",
                "in-flight=1, utilization=1.5",
                "in-flight=1, utilization=NaN",
                "in-flight=1, utilization=0.5, more=1",
                "in-flight=1                                                                        "
            })
    void passesOverWhatMakesNoSense(@Nullable String header) {
        assertThat(LoadReport.parse(header)).isEmpty();
    }
}
