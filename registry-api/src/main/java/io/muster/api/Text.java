package io.muster.api;

/** Makes foreign text safe to show. */
public final class Text {
    private static final int MAX_LENGTH = 200;

    private Text() {}

    /** Printable ASCII of at most 200 characters; everything else becomes a Java unicode escape. */
    public static String printable(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), MAX_LENGTH) + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x7f) {
                out.append(c);
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
            if (out.length() >= MAX_LENGTH) {
                out.setLength(MAX_LENGTH);
                return out.append("...").toString();
            }
        }
        return out.toString();
    }
}
