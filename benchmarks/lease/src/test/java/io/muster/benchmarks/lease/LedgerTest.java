package io.muster.benchmarks.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

class LedgerTest {
    @Test
    void keepsTheOrderOfEachResource() throws Exception {
        Address h2 = Address.h2();
        Tables.create(h2);
        try (HikariDataSource pool = h2.pool();
                Connection connection = pool.getConnection()) {
            Ledger.insert(connection, "r", new Entry("holder", 30));
            Ledger.insert(connection, "other", new Entry("holder", 31));
            Ledger.insert(connection, "r", new Entry("successor", 20));
            Ledger.insert(connection, "r", new Entry("holder", 10));
        }
        assertThat(Ledger.read(h2, "r"))
                .containsExactly(new Entry("holder", 30), new Entry("successor", 20), new Entry("holder", 10));
    }

    @Test
    void anEntryIsATextAndBack() {
        Entry entry = new Entry("holder", Long.MAX_VALUE);
        assertThat(Entry.parse(entry.text())).isEqualTo(entry);
    }
}
