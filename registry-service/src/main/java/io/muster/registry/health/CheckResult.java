package io.muster.registry.health;

/**
 * What an active check found.
 *
 * @param kind whether the instance is fit
 * @param reason why it is not, for people: at most 128 characters; empty when it is
 */
public record CheckResult(Kind kind, String reason) {
    private static final CheckResult PASSED = new CheckResult(Kind.PASSED, "");
    private static final CheckResult SKIPPED = new CheckResult(Kind.SKIPPED, "");

    /** What follows from a check. */
    public enum Kind {
        /** It is fit. */
        PASSED,
        /** Somebody answered, and not as expected. */
        FAILED,
        /** Nobody answered in time. The fault may be ours, so that the silence of many counts as such. */
        SILENT,
        /** Nobody was asked: nothing follows. */
        SKIPPED
    }

    /** It is fit. */
    public static CheckResult passed() {
        return PASSED;
    }

    /** It was not looked at. */
    public static CheckResult skipped() {
        return SKIPPED;
    }

    /** It answered, and not as expected. */
    public static CheckResult failed(String reason) {
        return new CheckResult(Kind.FAILED, reason);
    }

    /** It did not answer. */
    public static CheckResult silent(String reason) {
        return new CheckResult(Kind.SILENT, reason);
    }
}
