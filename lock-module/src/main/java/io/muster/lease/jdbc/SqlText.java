package io.muster.lease.jdbc;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells queries from writes by their text, and takes for a write what it does not know. */
final class SqlText {
    private static final Pattern COMMENTS_AND_QUOTED =
            Pattern.compile("--[^\\n]*|/\\*(?s:.*?)\\*/|'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`");
    private static final Pattern FIRST_WORD = Pattern.compile("^[\\s(]*([a-z]+).*", Pattern.DOTALL);
    private static final Pattern WRITES = Pattern.compile("\\b(insert|update|delete|merge|into|call)\\b|;\\s*\\S");
    private static final Set<String> QUERIES = Set.of("select", "with", "values", "table", "show", "explain", "set");

    private SqlText() {}

    static boolean isQuery(String sql) {
        String text = COMMENTS_AND_QUOTED.matcher(sql).replaceAll(" ").toLowerCase(Locale.ROOT);
        var first = FIRST_WORD.matcher(text);
        return first.matches()
                && QUERIES.contains(first.group(1))
                && !WRITES.matcher(text).find();
    }
}
