package io.muster.lease.jdbc;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells queries from writes by their text, and takes for a write what it does not know. Databases differ in what is a comment and
 * where a string ends, so a text must be harmless by each reading.
 */
final class SqlText {
    // All repetition is possessive: it takes no stack, however long a text is.
    private static final String COMMENT = "(?:(?!/\\*|\\*/)(?s:.))*+\\*/";
    private static final Pattern STANDARD =
            Pattern.compile("--[^\\n]*+|/\\*" + COMMENT + "|'[^']*+'|\"[^\"]*+\"|`[^`]*+`");
    /** Backslashes escape, as in MariaDB and PostgreSQL's E''; what is in {@code /*!} is run by MariaDB. */
    private static final Pattern ESCAPED = Pattern.compile("--(?=\\s|$)[^\\n]*+|#[^\\n]*+|/\\*(?!m?!)" + COMMENT
            + "|'(?:[^'\\\\]|\\\\(?s:.))*+'|\"(?:[^\"\\\\]|\\\\(?s:.))*+\"|`[^`]*+`");
    /** A comment within one, or that is run, or a string between dollars. */
    private static final Pattern UNKNOWN = Pattern.compile("/\\*|\\$(?:[a-z_]\\w*)?\\$");

    private static final Pattern FIRST_WORD = Pattern.compile("^[\\s(]*([a-z]+).*", Pattern.DOTALL);
    private static final Pattern MORE = Pattern.compile(";\\s*\\S");
    private static final Pattern WRITES = Pattern.compile(
            "\\b(insert|update|delete|merge|into|call|create|execute)\\b|^[\\s(]*set\\s+statement\\b|" + MORE);
    private static final Set<String> QUERIES = Set.of("select", "with", "values", "table", "show", "explain", "set");

    private static final Set<String> ORDINARY = Set.of(
            "select", "with", "values", "table", "show", "explain", "insert", "update", "delete", "merge", "replace");

    private SqlText() {}

    /**
     * Whether the locks of the transaction are there still after it. Not so after one that ends the transaction or goes back
     * to a savepoint, nor after DDL, at which MariaDB and H2 commit; procedures may do either.
     */
    static boolean keepsLocks(String sql) {
        return readings(sql).stream()
                .allMatch(text -> begins(text, ORDINARY) && !MORE.matcher(text).find());
    }

    static boolean isQuery(String sql) {
        return readings(sql).stream()
                .allMatch(text -> begins(text, QUERIES) && !WRITES.matcher(text).find());
    }

    /** Without comments and what is quoted. */
    private static List<String> readings(String sql) {
        String text = sql.toLowerCase(Locale.ROOT);
        return List.of(
                STANDARD.matcher(text).replaceAll(" "), ESCAPED.matcher(text).replaceAll(" "));
    }

    private static boolean begins(String text, Set<String> words) {
        Matcher first = FIRST_WORD.matcher(text);
        return first.matches()
                && words.contains(first.group(1))
                && !UNKNOWN.matcher(text).find();
    }
}
