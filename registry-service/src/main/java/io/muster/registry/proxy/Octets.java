package io.muster.registry.proxy;

/** The classes of octets of RFC 9110 (fields), RFC 9112 (messages) and RFC 3986 (targets). */
final class Octets {
    private static final boolean[] TOKEN = table("!#$%&'*+-.^_`|~");
    private static final boolean[] PATH = table("-._~!$&'()*+,;=:@/%");
    /** Beside what RFC 3986 allows, what browsers send in queries as it is. */
    private static final boolean[] QUERY = table("-._~!$&'()*+,;=:@/?%[]{}|^`");

    private static final boolean[] HOST = table("-._~!$&'()*+,;=%");

    private Octets() {}

    static boolean isToken(int octet) {
        return TOKEN[octet];
    }

    static boolean isPath(int octet) {
        return PATH[octet];
    }

    static boolean isQuery(int octet) {
        return QUERY[octet];
    }

    static boolean isHost(int octet) {
        return HOST[octet];
    }

    /** Whether it may stand in the value of a field: no controls but the tab. */
    static boolean isFieldValue(int octet) {
        return (octet >= 0x20 && octet != 0x7f) || octet == '\t';
    }

    static boolean isDigit(int octet) {
        return octet >= '0' && octet <= '9';
    }

    /** The value of a hexadecimal digit, or -1. */
    static int hex(int octet) {
        if (isDigit(octet)) {
            return octet - '0';
        }
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static boolean[] table(String others) {
        boolean[] table = new boolean[256];
        for (char c = 0; c < 128; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            table[c] = alphanumeric || others.indexOf(c) >= 0;
        }
        return table;
    }
}
