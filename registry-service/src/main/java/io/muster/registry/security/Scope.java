package io.muster.registry.security;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Something that a token allows, and nothing else: no scope implies another one.
 *
 * @param kind which kind of calls
 * @param names whose; a name, or a prefix that ends in {@code *}; empty where the kind knows no names
 */
record Scope(Kind kind, String names) {
    private static final Pattern NAMES = Pattern.compile("[a-z0-9-]{0,63}\\*|[a-z0-9-]{1,63}");

    /** The kinds of calls. */
    enum Kind {
        /** Lookups, history, streams, reports, the API's description, the actuator. */
        READ,
        /** Registering, changing, renewing and removing instances of a service. */
        REGISTER,
        /** What operators decide. */
        OPERATE,
        /** Taking, renewing and releasing leases. */
        LEASE;

        /** As it is written in a scope. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private boolean hasNames() {
            return this == REGISTER || this == LEASE;
        }
    }

    /** @throws IllegalArgumentException when the text is no scope; the message says what it must be */
    static Scope parse(String text) {
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        String names = colon < 0 ? "" : text.substring(colon + 1);
        for (Kind kind : Kind.values()) {
            boolean fits = kind.hasNames() ? NAMES.matcher(names).matches() : colon < 0;
            if (kind.word().equals(word) && fits) {
                return new Scope(kind, names);
            }
        }
        throw new IllegalArgumentException(
                "must be read, operate, register:<service> or lease:<name>, where a name may end in *, but was "
                        + text);
    }

    boolean covers(Kind wanted, String name) {
        if (kind != wanted) {
            return false;
        }
        return names.endsWith("*") ? name.startsWith(names.substring(0, names.length() - 1)) : names.equals(name);
    }
}
