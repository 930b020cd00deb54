package io.muster.registry.proxy;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head of a request, octet by octet, and refuses everything that two programs could understand in two ways: that is what request smuggling
 * lives on. Stricter than RFC 9112 where it lets a recipient choose: no bare CR or LF, no obsolete folding, no two lengths even if they are equal, no length
 * beside chunks, no transfer coding but {@code chunked}.
 */
final class RequestHead {
    /** The length of a body that comes in chunks. */
    static final long CHUNKED = -1;

    /** No body follows but, if the instance agrees, the frames of a WebSocket (RFC 6455). */
    static final long WEB_SOCKET = -2;

    private static final int MAX_METHOD = 32;
    private static final int MAX_LENGTH_DIGITS = 18;

    private final ByteBuf in;
    private final int maxHeaders;
    private long length;
    private int lengths;
    private int codings;
    private int headers;
    private boolean version10;
    private boolean get;
    private boolean webSocket;
    private boolean connectionUpgrade;
    private @Nullable String authority;
    private @Nullable String host;

    private RequestHead(ByteBuf in, int maxHeaders) {
        this.in = in;
        this.maxHeaders = maxHeaders;
    }

    /**
     * Reads the head that begins at {@code from} and ends, with its empty line, before {@code to}.
     *
     * @return the length of the body that follows, or {@link #CHUNKED}, or {@link #WEB_SOCKET}
     * @throws Refusal when it breaks a rule
     */
    static long read(ByteBuf in, int from, int to, int maxHeaders) {
        return new RequestHead(in, maxHeaders).read(from, to);
    }

    private long read(int from, int to) {
        int line = from;
        int end = endOfLine(line, to);
        requestLine(line, end);
        line = end + 2;
        for (end = endOfLine(line, to); end > line; end = endOfLine(line, to)) {
            field(line, end);
            line = end + 2;
        }
        hosts();
        if (webSocket) {
            requireHandshake();
            return WEB_SOCKET;
        }
        if (codings > 0) {
            if (version10 || lengths > 0) {
                throw bad("Transfer-Encoding must stand alone and in HTTP/1.1 but "
                        + (version10 ? "the version was HTTP/1.0" : "there was a Content-Length, too"));
            }
            return CHUNKED;
        }
        return length;
    }

    /** Where the CR of the line is. */
    private int endOfLine(int from, int to) {
        int feed = in.indexOf(from, to, (byte) '\n');
        if (feed <= from || in.getByte(feed - 1) != '\r') {
            throw bad("lines must end with CR and LF but one did not");
        }
        return feed - 1;
    }

    private void requestLine(int from, int to) {
        int space = in.indexOf(from, to, (byte) ' ');
        int last = space < 0 ? -1 : in.indexOf(space + 1, to, (byte) ' ');
        if (space <= from || last <= space + 1) {
            throw bad("the request line must be a method, a target and a version");
        }
        for (int i = from; i < space; i++) {
            if (!Octets.isToken(octet(i)) || i - from >= MAX_METHOD) {
                throw bad("the method must be a token of at most " + MAX_METHOD + " characters");
            }
        }
        version(last + 1, to);
        String method = text(from, space);
        if (method.equals("CONNECT")) {
            throw new Refusal(501, "the method must not be CONNECT: this proxy opens no tunnels");
        }
        if (method.equals("TRACE")) {
            throw new Refusal(405, "the method must not be TRACE");
        }
        get = method.equals("GET");
        target(space + 1, last);
    }

    /** Anything else would be understood as a handshake by one program and not by another. */
    private void requireHandshake() {
        if (!get || version10 || !connectionUpgrade || codings > 0 || length > 0) {
            throw bad(
                    "Upgrade must be websocket only in a GET of HTTP/1.1 without a body whose Connection says upgrade");
        }
    }

    private void version(int from, int to) {
        boolean known = to - from == 8
                && text(from, from + 5).equals("HTTP/")
                && Octets.isDigit(octet(from + 5))
                && octet(from + 6) == '.'
                && Octets.isDigit(octet(from + 7));
        if (!known) {
            throw bad("the version must be HTTP/1.1 or HTTP/1.0");
        }
        int minor = octet(from + 7) - '0';
        if (octet(from + 5) != '1' || minor > 1) {
            throw new Refusal(505, "the version must be HTTP/1.1 or HTTP/1.0");
        }
        version10 = minor == 0;
    }

    private void target(int from, int to) {
        int path = from;
        if (octet(from) != '/') {
            path = absolute(from, to);
        }
        boolean query = false;
        for (int i = path; i < to; i++) {
            int octet = octet(i);
            if (octet == '?') {
                query = true;
            } else if (!(query ? Octets.isQuery(octet) : Octets.isPath(octet))) {
                throw bad("the target must be a path and a query of RFC 3986");
            } else if (octet == '%'
                    && !(i + 2 < to && Octets.hex(octet(i + 1)) >= 0 && Octets.hex(octet(i + 2)) >= 0)) {
                throw bad("a % in the target must be followed by two hexadecimal digits");
            }
        }
    }

    /** A target with a host of its own: it must be the one that the Host header names. */
    private int absolute(int from, int to) {
        String text = text(from, to).toLowerCase(Locale.ROOT);
        if (!text.startsWith("http://")) {
            throw bad("the target must begin with / or http://");
        }
        int end = text.indexOf('/', 7);
        int query = text.indexOf('?', 7);
        int until = end < 0 ? text.length() : end;
        if (query >= 0 && query < until) {
            until = query;
        }
        authority = text.substring(7, until);
        return from + until;
    }

    private void field(int from, int to) {
        if (++headers > maxHeaders) {
            throw new Refusal(431, "headers must be at most " + maxHeaders + " but were more");
        }
        int colon = in.indexOf(from, to, (byte) ':');
        if (colon <= from) {
            throw bad("a header must be a name, a colon and a value");
        }
        for (int i = from; i < colon; i++) {
            if (!Octets.isToken(octet(i))) {
                // A space or tab at the beginning is obsolete folding, one before the colon was used for smuggling.
                throw bad("the name of a header must be a token, without folding and without space before the colon");
            }
        }
        int first = colon + 1;
        int last = to;
        while (first < last && isSpace(octet(first))) {
            first++;
        }
        while (last > first && isSpace(octet(last - 1))) {
            last--;
        }
        for (int i = first; i < last; i++) {
            if (!Octets.isFieldValue(octet(i))) {
                throw bad("the value of a header must be without control characters");
            }
        }
        framing(text(from, colon).toLowerCase(Locale.ROOT), first, last);
    }

    private void framing(String name, int from, int to) {
        switch (name) {
            case "content-length" -> {
                if (++lengths > 1) {
                    throw bad("Content-Length must be there once but was there twice");
                }
                length = length(from, to);
            }
            case "transfer-encoding" -> {
                String coding = text(from, to).toLowerCase(Locale.ROOT);
                if (++codings > 1 || !coding.equals("chunked")) {
                    boolean known = coding.endsWith(", chunked")
                            && coding.indexOf("chunked") == coding.length() - 7
                            && codings == 1;
                    throw new Refusal(known ? 501 : 400, "Transfer-Encoding must be chunked and be there once");
                }
            }
            case "content_length", "transfer_encoding" ->
                throw bad("Content-Length and Transfer-Encoding must be written with a hyphen");
            case "host" -> {
                if (host != null) {
                    throw bad("Host must be there once but was there twice");
                }
                host = text(from, to).toLowerCase(Locale.ROOT);
                requireHost(host);
            }
            case "upgrade" -> webSocket |= hasToken(from, to, "websocket");
            case "connection" -> connectionUpgrade |= hasToken(from, to, "upgrade");
            case "expect" -> {
                if (!text(from, to).equalsIgnoreCase("100-continue")) {
                    throw new Refusal(417, "Expect must be 100-continue");
                }
            }
            default -> {
                // Says nothing of where the request ends.
            }
        }
    }

    private boolean hasToken(int from, int to, String token) {
        for (String part : text(from, to).split(",", -1)) {
            if (part.strip().equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    private long length(int from, int to) {
        if (from == to || to - from > MAX_LENGTH_DIGITS) {
            throw bad("Content-Length must be a number of 1 to " + MAX_LENGTH_DIGITS + " digits");
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (!Octets.isDigit(octet(i))) {
                throw bad("Content-Length must be one number");
            }
            value = value * 10 + octet(i) - '0';
        }
        return value;
    }

    private void hosts() {
        if (host == null && !version10) {
            throw bad("Host must be there but was not");
        }
        if (authority != null) {
            requireHost(authority);
            if (host != null && !host.equals(authority)) {
                throw bad("Host must be the target's but was another one");
            }
        }
    }

    private static void requireHost(String host) {
        int colon = host.startsWith("[") ? host.indexOf(':', Math.max(host.indexOf(']'), 0)) : host.indexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        String port = colon < 0 ? "" : host.substring(colon + 1);
        boolean valid = !name.isEmpty() && port.length() <= 5 && port.chars().allMatch(Octets::isDigit);
        if (name.startsWith("[")) {
            valid &= name.endsWith("]")
                    && name.length() > 4
                    && name.substring(1, name.length() - 1)
                            .chars()
                            .allMatch(c -> Octets.hex(c) >= 0 || c == ':' || c == '.');
        } else {
            valid &= name.chars().allMatch(c -> c < 256 && Octets.isHost(c));
        }
        if (!valid) {
            throw bad("Host must be a host name or address, with or without a port");
        }
    }

    private static boolean isSpace(int octet) {
        return octet == ' ' || octet == '\t';
    }

    private int octet(int index) {
        return in.getUnsignedByte(index);
    }

    private String text(int from, int to) {
        return in.toString(from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static Refusal bad(String detail) {
        return new Refusal(400, detail);
    }
}
