package io.muster.client;

import java.net.ConnectException;

/** Makes text from the wire fit for a log line. */
final class Printable {
    private static final int MAX_LENGTH = 300;

    private Printable() {}

    /** At most 300 characters; what is not printable ASCII becomes {@code ?}. */
    static String of(String text) {
        int length = Math.min(text.length(), MAX_LENGTH);
        StringBuilder out = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            out.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return out.toString();
    }

    /** A failure's kind and message. */
    static String of(Throwable failure) {
        if (failure instanceof ConnectException && failure.getMessage() == null) {
            return "no connection";
        }
        String message = failure.getMessage();
        String kind = failure.getClass().getSimpleName();
        return message == null || message.isEmpty() ? kind : kind + ": " + of(message);
    }
}
