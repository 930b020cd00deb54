package io.muster.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An error answer (RFC 9457, {@code application/problem+json}) with the field and the bad value as extension members.
 *
 * @param type a URI reference that identifies the kind of problem; {@code about:blank} when the status says it all
 * @param title the kind, for people
 * @param status the HTTP status
 * @param detail what happened this time, for people
 * @param field the field that is wrong, with its path; null when no field is
 * @param value its value, shortened and escaped; null when no field is wrong
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String field,
        @Nullable String value) {
    /** The media type of problems. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Absent optional parts (null when read from JSON) take their defaults. */
    public Problem {
        type = Objects.requireNonNullElse(type, "about:blank");
        title = Objects.requireNonNullElse(title, "");
        detail = Objects.requireNonNullElse(detail, "");
    }

    /** A problem that no single field is to blame for. */
    public static Problem of(int status, String title, String detail) {
        return new Problem("about:blank", title, status, detail, null, null);
    }

    /** A request whose field breaks a rule: status 400. */
    public static Problem invalid(InvalidFieldException e) {
        return new Problem(
                "urn:muster:problem:invalid-field",
                "Invalid field",
                400,
                String.valueOf(e.getMessage()),
                e.field(),
                e.value());
    }

    /** This problem as an exception. */
    public ProblemException asException() {
        return new ProblemException(this);
    }
}
