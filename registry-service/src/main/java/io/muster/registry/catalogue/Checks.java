package io.muster.registry.catalogue;

/**
 * What an instance's checks say.
 *
 * @param passing whether it is fit
 * @param reason why not; empty when it is
 */
public record Checks(boolean passing, String reason) {
    /** Nothing is wrong. */
    public static final Checks PASSING = new Checks(true, "");

    /** Nobody has looked yet. */
    public static final Checks PENDING = failing("not checked yet");

    /** Something is wrong. */
    public static Checks failing(String reason) {
        return new Checks(false, reason);
    }
}
