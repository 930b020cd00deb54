package io.muster.registry.proxy;

/** Text inside JSON. */
final class JsonText {
    private JsonText() {}

    /** Appends a string in quotes; whatever is no printable ASCII is escaped, so that it is harmless in a log, too. */
    static void append(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7e) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
