package io.muster.gossip.protocol;

/** Text from outside, made fit for an error message. */
final class Text {
    private static final int SHOWN = 80;

    private Text() {}

    static String shown(String text) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            shown.append(c >= ' ' && c < 127 ? c : '?');
        }
        return shown.append(text.length() > SHOWN ? "…\"" : "\"").toString();
    }
}
