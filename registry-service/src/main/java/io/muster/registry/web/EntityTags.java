package io.muster.registry.web;

/** Compares entity tags (RFC 9110, section 13.1.2). */
final class EntityTags {
    private EntityTags() {}

    /** Whether an {@code If-None-Match} names this strong tag; comparison is weak, as it asks. */
    static boolean match(String ifNoneMatch, String etag) {
        if (ifNoneMatch.equals(etag) || ifNoneMatch.equals("*")) {
            return true;
        }
        for (String candidate : ifNoneMatch.split(",", -1)) {
            String tag = candidate.strip();
            if (tag.equals(etag) || tag.equals("W/" + etag)) {
                return true;
            }
        }
        return false;
    }
}
