package io.muster.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/** The rules for names, addresses and metadata. Each check returns its argument or throws {@link InvalidFieldException}. */
public final class Names {
    /** The namespace of a call that names none. */
    public static final String DEFAULT_NAMESPACE = "default";

    /** Most metadata entries of one instance. */
    public static final int MAX_METADATA_ENTRIES = 64;

    /** Most bytes of one instance's metadata: UTF-8, keys and values together. */
    public static final int MAX_METADATA_BYTES = 8 * 1024;

    private static final int MAX_LABEL_LENGTH = 63;
    private static final int MAX_ID_LENGTH = 128;
    private static final int MAX_HOST_LENGTH = 253;
    private static final String LABEL_RULE = "a DNS label (a-z, 0-9, inner '-', 1 to 63 characters)";

    private Names() {}

    /** A service's name: a DNS label in lower case (RFC 1123), 1 to 63 characters. */
    public static String service(String value) {
        return label("service", value);
    }

    /** A namespace's name: a DNS label in lower case (RFC 1123), 1 to 63 characters. */
    public static String namespace(String value) {
        return label("namespace", value);
    }

    /** An instance id: {@code [A-Za-z0-9._:-]{1,128}}. */
    public static String instanceId(String value) {
        return token("id", value);
    }

    /** How a client without a stream names itself: {@code [A-Za-z0-9._:-]{1,128}}. */
    public static String client(String value) {
        return token("client", value);
    }

    /** A process name: random per process start, {@code [A-Za-z0-9._:-]{1,128}}. */
    public static String process(String value) {
        return token("process", value);
    }

    /** An IPv4 or IPv6 literal (without brackets) or a host name; at most 253 characters. */
    public static String host(String value) {
        required("host", value);
        boolean valid = !value.isEmpty() && value.length() <= MAX_HOST_LENGTH;
        boolean address = value.indexOf(':') >= 0;
        for (int i = 0; valid && i < value.length(); i++) {
            char c = value.charAt(i);
            valid = address ? isHex(c) || c == ':' || c == '.' : isAlphanumeric(c) || c == '.' || c == '-';
        }
        if (valid) {
            valid = address
                    ? isIpv6Address(value)
                    : value.charAt(0) != '-' && value.charAt(0) != '.' && !value.contains("..");
        }
        if (!valid) {
            throw new InvalidFieldException(
                    "host", "a host name, an IPv4 or an IPv6 address of 1 to 253 characters", value);
        }
        return value;
    }

    private static boolean isIpv6Address(String value) {
        try {
            // In brackets it is read as an address and never looked up as a name.
            return InetAddress.getByName("[" + value + "]").getAddress().length > 0;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** A TCP port, 1 to 65535. */
    public static int port(int value) {
        return between("port", value, 1, 65_535);
    }

    /** An empty zone means none; otherwise 1 to 63 characters of {@code [A-Za-z0-9._-]}. */
    public static String zone(String value) {
        required("zone", value);
        boolean valid = value.length() <= MAX_LABEL_LENGTH;
        for (int i = 0; valid && i < value.length(); i++) {
            char c = value.charAt(i);
            valid = isAlphanumeric(c) || c == '.' || c == '_' || c == '-';
        }
        if (!valid) {
            throw new InvalidFieldException("zone", "at most 63 characters of A-Z, a-z, 0-9, '.', '_', '-'", value);
        }
        return value;
    }

    /** An immutable copy of at most 64 entries and 8 KiB; keys have 1 to 128 characters; no control characters. */
    public static Map<String, String> metadata(Map<String, String> value) {
        if (value.size() > MAX_METADATA_ENTRIES) {
            throw new InvalidFieldException(
                    "metadata", "at most " + MAX_METADATA_ENTRIES + " entries", value.size() + " entries");
        }
        long bytes = 0;
        for (Map.Entry<String, String> entry : value.entrySet()) {
            String key = entry.getKey();
            if (key == null || key.isEmpty() || key.length() > MAX_ID_LENGTH) {
                throw new InvalidFieldException("metadata", "keyed by 1 to 128 characters", String.valueOf(key));
            }
            if (entry.getValue() == null) {
                throw new InvalidFieldException("metadata." + Text.printable(key), "a string", "null");
            }
            if (!isText(key) || !isText(entry.getValue())) {
                throw new InvalidFieldException(
                        "metadata." + Text.printable(key),
                        "text without control characters and half surrogate pairs",
                        entry.getValue());
            }
            bytes += utf8Length(key) + utf8Length(entry.getValue());
        }
        if (bytes > MAX_METADATA_BYTES) {
            throw new InvalidFieldException("metadata", "at most " + MAX_METADATA_BYTES + " bytes", bytes + " bytes");
        }
        return Map.copyOf(value);
    }

    /** Text for people: no control characters, no half surrogate pairs, at most so many bytes of UTF-8. */
    static String text(String field, String value, int maxBytes) {
        boolean valid = isText(value) && value.chars().noneMatch(Character::isISOControl);
        if (!valid || utf8Length(value) > maxBytes) {
            throw new InvalidFieldException(
                    field, "text of at most " + maxBytes + " bytes of UTF-8 without control characters", value);
        }
        return value;
    }

    static int between(String field, int value, int min, int max) {
        if (value < min || value > max) {
            throw new InvalidFieldException(field, "between " + min + " and " + max, value);
        }
        return value;
    }

    static <T> T required(String field, T value) {
        if (value == null) {
            throw new InvalidFieldException(field, "present", "null");
        }
        return value;
    }

    private static String label(String field, String value) {
        required(field, value);
        boolean valid = !value.isEmpty() && value.length() <= MAX_LABEL_LENGTH;
        for (int i = 0; valid && i < value.length(); i++) {
            char c = value.charAt(i);
            boolean inner = i > 0 && i < value.length() - 1;
            valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && inner);
        }
        if (!valid) {
            throw new InvalidFieldException(field, LABEL_RULE, value);
        }
        return value;
    }

    private static String token(String field, String value) {
        required(field, value);
        boolean valid = !value.isEmpty() && value.length() <= MAX_ID_LENGTH;
        for (int i = 0; valid && i < value.length(); i++) {
            char c = value.charAt(i);
            valid = isAlphanumeric(c) || c == '.' || c == '_' || c == ':' || c == '-';
        }
        if (!valid) {
            throw new InvalidFieldException(field, "1 to 128 characters of A-Z, a-z, 0-9, '.', '_', ':', '-'", value);
        }
        return value;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isHex(char c) {
        return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9');
    }

    /** Controls and half surrogate pairs take six times their place in JSON, which would defeat the bounds on what is sent. */
    private static boolean isText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    private static long utf8Length(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // A surrogate pair takes 4 bytes: 2 for each half.
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }
}
