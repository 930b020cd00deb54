package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionLimitsTest {
    @Test
    void aPostgreSqlThatKnowsTransactionsLimitsThem() throws Exception {
        try (HikariDataSource database = Databases.h2();
                Connection unused = database.getConnection()) {
            Duration idle = Duration.ofSeconds(15);
            Duration whole = Duration.ofSeconds(60);
            assertThat(new SessionLimits("postgresql", true).set(unused, idle, whole))
                    .contains("set_config('idle_in_transaction_session_timeout', ", "ELSE '15s' END, true)")
                    .contains("set_config('statement_timeout', ", "ELSE '60s' END, true)")
                    .contains("set_config('transaction_timeout', ");
            assertThat(new SessionLimits("postgresql", false).set(unused, idle, whole))
                    .contains("'statement_timeout'")
                    .doesNotContain("'transaction_timeout'");
            assertThat(new SessionLimits("postgresql", true).set(unused, idle, null))
                    .contains("'idle_in_transaction_session_timeout'")
                    .doesNotContain("'statement_timeout'", "'transaction_timeout'");
        }
    }

    @Test
    void aLimitIsFromASecondToADay() {
        assertThat(new GuardLimits(() -> 0, Duration.ofSeconds(5)).transaction(Duration.ofHours(1)))
                .hasSeconds(5);
        assertThat(new GuardLimits(() -> 0, null).transaction(Duration.ofHours(20)))
                .isEqualTo(Duration.ofDays(1));
        for (Duration wrong : new Duration[] {Duration.ZERO, Duration.ofMillis(999), Duration.ofSeconds(86_401)}) {
            assertThatThrownBy(() -> new GuardLimits(() -> 0, wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("transactionLimit must be from PT1S to PT24H but was " + wrong);
        }
    }
}
