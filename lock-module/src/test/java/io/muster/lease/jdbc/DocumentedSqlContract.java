package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The statements of docs/do-you-need-a-lease.md, taken from there, do what that page says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class DocumentedSqlContract {
    private static final Path PAGE = Path.of("..", "docs", "do-you-need-a-lease.md");
    private static final Pattern HEADING_OR_SQL =
            Pattern.compile("^## (.+)$|^```sql\\n((?s:.*?))^```$", Pattern.MULTILINE);
    private static final Pattern END = Pattern.compile(";\\n");

    private HikariDataSource database;
    private Map<String, List<String>> statements = Map.of();

    abstract HikariDataSource database() throws SQLException;

    @BeforeAll
    void open() throws SQLException, IOException {
        database = database();
        statements = read();
        for (List<String> section : statements.values()) {
            Databases.execute(database, "DROP TABLE IF EXISTS " + section.get(0).split(" ", 4)[2]);
            Databases.execute(database, section.get(0));
        }
    }

    @AfterAll
    void close() {
        if (database != null) {
            database.close();
        }
    }

    /** The statements of each section, the first of which creates its table. */
    private static Map<String, List<String>> read() throws IOException {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        Matcher matcher = HEADING_OR_SQL.matcher(Files.readString(PAGE));
        String section = "";
        while (matcher.find()) {
            String heading = matcher.group(1);
            String sql = matcher.group(2);
            if (heading != null) {
                section = heading;
            } else if (sql != null) {
                sections.put(section, END.splitAsStream(sql).map(String::strip).toList());
            }
        }
        return sections;
    }

    private String statement(String section, int index) {
        return Objects.requireNonNull(statements.get(section), section).get(index);
    }

    @Test
    void aUniqueConstraintLetsOneOfTwoDoTheWork() throws SQLException {
        String insert = statement("Unique constraint", 1);
        try (Connection connection = transaction()) {
            assertThat(update(connection, insert, "2026-01")).isEqualTo(1);
            connection.rollback();
            assertThat(update(connection, insert, "2026-01"))
                    .as("after a failure")
                    .isEqualTo(1);
            connection.commit();
            assertThatThrownBy(() -> update(connection, insert, "2026-01"))
                    .satisfies(DocumentedSqlContract::isDuplicate);
        }
    }

    @Test
    void aConditionalUpdateChangesWhatWasReadOrNothing() throws SQLException {
        Databases.execute(database, "INSERT INTO purchase VALUES (1, 'OPEN', 7)");
        String update = statement("Conditional update", 1);
        try (Connection connection = transaction()) {
            assertThat(update(connection, update, "PAID", 1L, 7L)).isEqualTo(1);
            connection.commit();
            assertThat(update(connection, update, "CANCELLED", 1L, 7L)).isZero();
            connection.commit();
            assertThat(query(connection, "SELECT state, version FROM purchase")).containsExactly("PAID", "8");
        }
    }

    @Test
    void anIdempotencyKeyGivesTheStoredAnswer() throws SQLException {
        String section = "Idempotency key";
        try (Connection connection = transaction()) {
            assertThat(update(connection, statement(section, 1), "key", "hash")).isEqualTo(1);
            assertThat(update(connection, statement(section, 2), "booked", "key"))
                    .isEqualTo(1);
            connection.commit();
            assertThatThrownBy(() -> update(connection, statement(section, 1), "key", "hash"))
                    .satisfies(DocumentedSqlContract::isDuplicate);
            connection.rollback();
            assertThat(query(connection, statement(section, 3), "key")).containsExactly("hash", "booked");
        }
    }

    @Test
    void aWorkerSkipsWhatAnotherHasAndCrashesFreeIt() throws SQLException {
        Databases.execute(database, "INSERT INTO task VALUES (1, 'one', FALSE), (2, 'two', FALSE)");
        String take = statement("SKIP LOCKED", 1);
        try (Connection first = transaction();
                Connection second = transaction()) {
            assertThat(query(first, take)).containsExactly("1", "one");
            assertThat(query(second, take)).containsExactly("2", "two");
            assertThat(update(second, statement("SKIP LOCKED", 2), 2L)).isEqualTo(1);
            second.commit();
            assertThat(query(second, take)).isEmpty();
            second.commit();
            first.rollback();
            assertThat(query(second, take)).containsExactly("1", "one");
            second.rollback();
        }
    }

    @Test
    void aRowKeepsAnOlderTokenOut() throws SQLException {
        Databases.execute(database, "INSERT INTO balance VALUES (1, 0, 5)");
        String update = statement("Lease", 1);
        try (Connection connection = transaction()) {
            assertThat(update(connection, update, 10L, 6L, 1L, 6L)).isEqualTo(1);
            assertThat(update(connection, update, 20L, 6L, 1L, 6L))
                    .as("the same holder again")
                    .isEqualTo(1);
            assertThat(update(connection, update, 99L, 5L, 1L, 5L)).isZero();
            connection.commit();
            assertThat(query(connection, "SELECT amount, fence FROM balance")).containsExactly("20", "6");
        }
    }

    private static void isDuplicate(Throwable failure) {
        assertThat(failure)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).startsWith("23"));
    }

    private Connection transaction() throws SQLException {
        Connection connection = database.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    /** The values of the one row, or nothing. */
    private static List<String> query(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values);
                ResultSet result = statement.executeQuery()) {
            if (!result.next()) {
                return List.of();
            }
            String[] row = new String[result.getMetaData().getColumnCount()];
            for (int i = 0; i < row.length; i++) {
                row[i] = result.getString(i + 1);
            }
            assertThat(result.next()).isFalse();
            return Arrays.asList(row);
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
