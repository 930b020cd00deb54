package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
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
                "select updated_at, replace(a, 'b', 'c') from t;",
                "SELECT a FROM t WHERE b LIKE '100\\%' AND c = '\\\\'",
                "SELECT a #> '{b}' FROM t WHERE d = $1 AND e = $2",
                "SELECT 1 -- what it's for",
                "SET LOCAL statement_timeout = '1s'"
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
                "CREATE TABLE t (a INT)",
                "WITH x AS (SELECT E'\\''), y AS (DELETE FROM t WHERE a = 'b' RETURNING *) SELECT 1",
                "WITH x AS (SELECT '\\'), y AS (DELETE FROM t WHERE a = 'b' RETURNING *) SELECT 1",
                "SELECT $$'$$; DELETE FROM t WHERE a = 'b'",
                "SELECT $a$'$a$; DELETE FROM t WHERE a = 'b'",
                "SELECT /* /* */ ' */ 1; DELETE FROM t WHERE a = 'b'",
                "SELECT 1 /*! ; DELETE FROM t */",
                "SELECT 1 /*M!100000 ; DELETE FROM t */",
                "SELECT 1--1; DELETE FROM t",
                "SET STATEMENT max_statement_time = 1 FOR TRUNCATE t",
                "EXPLAIN ANALYZE EXECUTE p",
                "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1"
            })
    void everythingElse(String sql) {
        assertThat(SqlText.isQuery(sql)).isFalse();
    }

    @Test
    void aLongTextTakesNoStack() {
        String literal = "it''s \\\\ ".repeat(100_000);
        assertThat(SqlText.isQuery("SELECT '" + literal + "' /* " + "long ".repeat(100_000) + "*/ FROM t"))
                .isTrue();
        assertThat(SqlText.keepsLocks("INSERT INTO t VALUES ('" + literal + "')"))
                .isTrue();
        assertThat(SqlText.isQuery("SELECT '" + literal + "'; DELETE FROM t")).isFalse();
    }
}
