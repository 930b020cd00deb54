package io.muster.lease.jdbc;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells queries from writes by their text, and takes for a write what it does not know. */
final class SqlText {
    private static final Pattern COMMENTS_AND_QUOTED =
            Pattern.compile("--[^\\n]*|/\\*(?s:.*?)\\*/|'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`");
    private static final Pattern FIRST_WORD = Pattern.compile("^[\\s(]*([a-z]+).*", Pattern.DOTALL);
    private static final Pattern MORE = Pattern.compile(";\\s*\\S");
    private static final Pattern WRITES = Pattern.compile("\\b(insert|update|delete|merge|into|call)\\b|" + MORE);
    private static final Set<String> QUERIES = Set.of("select", "with", "values", "table", "show", "explain", "set");

    private static final Set<String> ORDINARY = Set.of(
            "select", "with", "values", "table", "show", "explain", "insert", "update", "delete", "merge", "replace");

    private SqlText() {}

    /**
     * Whether the locks of the transaction are there still after it. Not so after one that ends the transaction or goes back
     * to a savepoint, nor after DDL, at which MariaDB and H2 commit; procedures may do either.
     */
    static boolean keepsLocks(String sql) {
        String text = COMMENTS_AND_QUOTED.matcher(sql).replaceAll(" ").toLowerCase(Locale.ROOT);
        var first = FIRST_WORD.matcher(text);
        return first.matches()
                && ORDINARY.contains(first.group(1))
                && !MORE.matcher(text).find();
    }

    static boolean isQuery(String sql) {
        String text = COMMENTS_AND_QUOTED.matcher(sql).replaceAll(" ").toLowerCase(Locale.ROOT);
        var first = FIRST_WORD.matcher(text);
        return first.matches()
                && QUERIES.contains(first.group(1))
                && !WRITES.matcher(text).find();
    }
}
