package io.muster.api;

/**
 * One grant of a lease.
 *
 * @param name of the lease, 1 to 200 printable characters
 * @param token its fencing token, 1 to 2^53 - 1
 */
public record LeaseKey(String name, long token) {
    /** The largest token: tokens have 53 bits, so that doubles of JSON, JavaScript and Lua hold them exactly. */
    public static final long MAX_TOKEN = (1L << 53) - 1;

    /** @throws InvalidFieldException when a part breaks its rule */
    public LeaseKey {
        LeaseNames.checked("name", name);
        if (token < 1 || token > MAX_TOKEN) {
            throw new InvalidFieldException("token", "between 1 and 2^53 - 1", token);
        }
    }
}
