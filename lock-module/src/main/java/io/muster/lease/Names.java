package io.muster.lease;

/** What names may look like: of leases, holders and resources. */
final class Names {
    static final int MAX_LENGTH = 200;

    private Names() {}

    /**
     * Passes a name on that has 1 to 200 characters, none of them a control character or half a surrogate pair.
     *
     * @throws IllegalArgumentException names the field and the value otherwise
     */
    static String checked(String field, String value) {
        if (value.isBlank()
                || value.length() > MAX_LENGTH
                || !value.codePoints().allMatch(Names::printable)) {
            throw new IllegalArgumentException(
                    field + " must be 1 to " + MAX_LENGTH + " printable characters but was \"" + shown(value) + "\"");
        }
        return value;
    }

    private static boolean printable(int codePoint) {
        return !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
    }

    private static String shown(String value) {
        StringBuilder shown = new StringBuilder();
        value.codePoints().limit(40).forEach(c -> {
            if (printable(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(String.format("\\u%04x", c));
            }
        });
        return value.length() > 40 ? shown + "… (" + value.length() + " characters)" : shown.toString();
    }
}
