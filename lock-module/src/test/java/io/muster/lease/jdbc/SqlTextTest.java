package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                " \n(select a from b) UNION (select c from d)",
                "-- delete\nselect 1",
                "/* insert\n */ SELECT 'update it''s; delete', \"into\", `merge` FROM t",
                "WITH x AS (SELECT 1) SELECT * FROM x",
                "VALUES (1)",
                "select updated_at, replace(a, 'b', 'c') from t;"
            })
    void queries(String sql) {
        assertThat(SqlText.isQuery(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'commit; rollback' from t;",
                "INSERT INTO t VALUES (1)",
                " /* commit */ UPDATE t SET a = 1",
                "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x"
            })
    void keepLocks(String sql) {
        assertThat(SqlText.keepsLocks(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT",
                "-- select\nrollback to savepoint a",
                "TRUNCATE t",
                "CREATE TABLE t (a INT)",
                "{call f()}",
                "update t set a = 1; commit",
                "SET autocommit = 1",
                ""
            })
    void mayLetGoOfLocks(String sql) {
        assertThat(SqlText.keepsLocks(sql)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "INSERT INTO t VALUES (1)",
                "/* select */ update t set a = 1",
                "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
                "SELECT a INTO b FROM c",
                "EXPLAIN ANALYZE UPDATE t SET a = 1",
                "SELECT 1; DROP TABLE t",
                "select * from t for update",
                "{call f()}",
                "TRUNCATE t",
                "CREATE TABLE t (a INT)"
            })
    void everythingElse(String sql) {
        assertThat(SqlText.isQuery(sql)).isFalse();
    }
}
