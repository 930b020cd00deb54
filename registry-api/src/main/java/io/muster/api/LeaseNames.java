package io.muster.api;

/** The rules for what leases are called, and for their planned times. */
public final class LeaseNames {
    private static final int MAX_LENGTH = 200;
    private static final long FIRST_TICK = -62_135_596_800_000L;
    private static final long LAST_TICK = 253_402_300_799_999L;

    private LeaseNames() {}

    /**
     * A name of a lease or a holder: 1 to 200 characters, not all of them blank, no control character and no half surrogate pair.
     *
     * @throws InvalidFieldException names the field and the value otherwise
     */
    public static String checked(String field, String value) {
        Names.required(field, value);
        boolean valid = !value.isBlank()
                && value.length() <= MAX_LENGTH
                && value.codePoints()
                        .allMatch(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE);
        if (!valid) {
            throw new InvalidFieldException(field, "1 to " + MAX_LENGTH + " printable characters", value);
        }
        return value;
    }

    /** A planned time in milliseconds since 1970, of the years 1 to 9999. */
    static void requireTick(String field, long millis) {
        if (millis < FIRST_TICK || millis > LAST_TICK) {
            throw new InvalidFieldException(field, "milliseconds since 1970, of the years 1 to 9999", millis);
        }
    }
}
