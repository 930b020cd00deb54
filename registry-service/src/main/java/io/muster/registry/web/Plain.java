package io.muster.registry.web;

/** Reads what stands plainly in headers. */
final class Plain {
    private Plain() {}

    /** The length that a {@code Content-Length} says; {@link Long#MAX_VALUE} for anything but at most 9 digits. */
    static long length(String contentLength) {
        if (contentLength.isEmpty() || contentLength.length() > 9) {
            return Long.MAX_VALUE;
        }
        long length = 0;
        for (int i = 0; i < contentLength.length(); i++) {
            int digit = contentLength.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return Long.MAX_VALUE;
            }
            length = length * 10 + digit;
        }
        return length;
    }
}
