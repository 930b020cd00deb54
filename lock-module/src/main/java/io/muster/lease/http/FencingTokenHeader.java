package io.muster.lease.http;

import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseKey;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The request header {@code Fencing-Token}: the leases for which a request is sent, each with its token.
 *
 * <pre>
 * Fencing-Token: close-month;t=1099511627777, r%C3%A9gion;t=1099511627780
 *
 * Fencing-Token = grant *( OWS "," OWS grant )         ; 1 to 16 grants, at most 4096 characters
 * grant         = name ";t=" token
 * name          = 1*( unreserved / pct-encoded )       ; of RFC 3986: the lease's name in UTF-8
 * token         = %x31-39 *15DIGIT                     ; at most 2^53 - 1
 * </pre>
 *
 * <p>There is one way to write a grant: what is unreserved (letters, digits, {@code - . _ ~}) stands for itself, all else is
 * encoded with capital hexadecimal digits, and a token has no leading zero. A lease stands in a header once. Several
 * header lines are one list, as RFC 9110 has it; an empty element is refused. It is no structured field (RFC 9651), whose integers
 * end at 15 digits, where tokens have 16.
 */
public final class FencingTokenHeader {
    /** The header's name. */
    public static final String NAME = "Fencing-Token";

    /** The most characters of its value. */
    public static final int MAX_LENGTH = 4096;

    /** The most leases in it. */
    public static final int MAX_GRANTS = 16;

    private static final String TOKEN_PARAMETER = ";t=";
    private static final int MAX_DIGITS = 16;
    private static final int SHOWN = 40;
    private static final String HEX = "0123456789ABCDEF";

    private FencingTokenHeader() {}

    /**
     * The value that says these.
     *
     * @param grants 1 to 16 of different leases
     * @throws IllegalArgumentException if they are too many, twice the same lease, or too long together
     */
    public static String format(List<LeaseKey> grants) {
        if (grants.isEmpty() || grants.size() > MAX_GRANTS) {
            throw new IllegalArgumentException(
                    "leases must be 1 to " + MAX_GRANTS + " in one request but were " + grants.size());
        }
        if (grants.stream().map(LeaseKey::name).distinct().count() < grants.size()) {
            throw new IllegalArgumentException("leases must be different in one request but were " + grants);
        }
        String value = grants.stream()
                .map(grant -> encoded(grant.name()) + TOKEN_PARAMETER + grant.token())
                .collect(Collectors.joining(", "));
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(NAME + " must be at most " + MAX_LENGTH + " characters but was "
                    + value.length() + ", for " + grants);
        }
        return value;
    }

    /**
     * What a request's header says.
     *
     * @param lines the values of all its header lines, one at least
     * @throws IllegalArgumentException if it is not written as above; the message shows a shortened, printable value
     */
    public static List<LeaseKey> parse(List<String> lines) {
        String value = String.join(",", lines);
        if (value.length() > MAX_LENGTH) {
            throw malformed("at most " + MAX_LENGTH + " characters", value);
        }
        String[] elements = value.split(",", -1);
        if (elements.length > MAX_GRANTS) {
            throw malformed("at most " + MAX_GRANTS + " leases", value);
        }
        List<LeaseKey> grants = new ArrayList<>(elements.length);
        Set<String> names = new HashSet<>();
        for (String element : elements) {
            LeaseKey grant = grant(trimmed(element));
            if (!names.add(grant.name())) {
                throw malformed("different leases", value);
            }
            grants.add(grant);
        }
        return List.copyOf(grants);
    }

    private static LeaseKey grant(String element) {
        int end = element.indexOf(TOKEN_PARAMETER);
        if (end < 1) {
            throw malformed("a list of <lease>;t=<token>", element);
        }
        long token = token(element.substring(end + TOKEN_PARAMETER.length()), element);
        try {
            return new LeaseKey(decoded(element.substring(0, end), element), token);
        } catch (IllegalArgumentException e) {
            throw malformed("a list of <lease>;t=<token> with a name and a token as leases have them", element);
        }
    }

    private static long token(String digits, String element) {
        boolean plain = !digits.isEmpty()
                && digits.length() <= MAX_DIGITS
                && digits.charAt(0) != '0'
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        long token = plain ? Long.parseLong(digits) : 0;
        if (token < 1 || token > LeaseStore.MAX_TOKEN) {
            throw malformed("a list with tokens from 1 to 2^53 - 1", element);
        }
        return token;
    }

    private static String encoded(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            if (isUnreserved(octet)) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.charAt((octet >> 4) & 0xf)).append(HEX.charAt(octet & 0xf));
            }
        }
        return encoded.toString();
    }

    private static String decoded(String encoded, String element) {
        ByteBuffer octets = ByteBuffer.allocate(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (isUnreserved(c)) {
                octets.put((byte) c);
                continue;
            }
            int octet = c == '%' && i + 2 < encoded.length()
                    ? HEX.indexOf(encoded.charAt(i + 1)) * 16 + HEX.indexOf(encoded.charAt(i + 2))
                    : -1;
            boolean hex = octet >= 0 && HEX.indexOf(encoded.charAt(i + 2)) >= 0;
            if (!hex || isUnreserved(octet)) {
                throw malformed("a list with names that are percent-encoded where they must be", element);
            }
            octets.put((byte) octet);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            throw malformed("a list with names in UTF-8", element);
        }
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    /** Without the spaces and tabs that RFC 9110 allows around an element. */
    private static String trimmed(String element) {
        int from = 0;
        int to = element.length();
        while (from < to && isBlank(element.charAt(from))) {
            from++;
        }
        while (from < to && isBlank(element.charAt(to - 1))) {
            to--;
        }
        return element.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static IllegalArgumentException malformed(String rule, String value) {
        String begin = value.substring(0, Math.min(value.length(), SHOWN));
        String shown = begin.chars()
                .mapToObj(c -> c >= ' ' && c <= '~' ? String.valueOf((char) c) : String.format("\\u%04x", c))
                .collect(Collectors.joining());
        return new IllegalArgumentException(NAME + " must be " + rule + " but was \"" + shown
                + (value.length() > SHOWN ? "…\" (" + value.length() + " characters)" : "\""));
    }
}
