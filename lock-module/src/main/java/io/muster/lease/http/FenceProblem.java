package io.muster.lease.http;

import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused, as an RFC 9457 problem.
 *
 * @param type a URI reference that identifies the kind of problem; {@code about:blank} when the status says it all
 * @param title the kind, for people
 * @param status the HTTP status: 400, 409, 428 or 503
 * @param detail what is wrong with this request; never the token that is the right one
 * @param field the header, when it is malformed
 */
public record FenceProblem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String field) {
    /** The media type of {@link #json}. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** After how many seconds a client that got 503 may try again. */
    public static final int RETRY_AFTER_SECONDS = 1;

    static FenceProblem malformed(IllegalArgumentException e) {
        return new FenceProblem(
                "urn:muster:problem:invalid-field",
                "Invalid field",
                400,
                String.valueOf(e.getMessage()),
                FencingTokenHeader.NAME);
    }

    static FenceProblem missing(FenceRule rule) {
        return new FenceProblem(
                "urn:muster:problem:missing-fence",
                "Fencing token required",
                428,
                FencingTokenHeader.NAME + " must carry a token for resource \"" + rule.resource() + "\", of lease "
                        + String.join(" or ", rule.leases()) + ", but does not",
                null);
    }

    /** The same for a token that is too small and one that was never granted, so that nobody finds the right one by asking. */
    public static FenceProblem stale(String resource) {
        return new FenceProblem(
                "urn:muster:problem:stale-fence",
                "Stale fencing token",
                409,
                "the fencing token is not, or no longer, a valid one for resource \"" + resource
                        + "\": the lease is somebody else's",
                null);
    }

    static FenceProblem unavailable() {
        return new FenceProblem(
                "about:blank", "Unavailable", 503, "the fencing token could not be checked; nothing was done", null);
    }

    /** The document, in ASCII. */
    public String json() {
        String json = "{\"type\":" + quoted(type) + ",\"title\":" + quoted(title) + ",\"status\":" + status
                + ",\"detail\":" + quoted(detail);
        return json + (field == null ? "}" : ",\"field\":" + quoted(field) + "}");
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ' || c > '~') {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
