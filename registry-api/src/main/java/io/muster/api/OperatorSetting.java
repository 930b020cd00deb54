package io.muster.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an operator says of an instance or of a whole service: the body of {@code PUT /v1/operator/services/{service}} and of
 * {@code …/instances/{id}}. It stands over what the instance and its checks say, until it is deleted.
 *
 * @param maintenance whether it takes no requests; one of the instance's and its service's setting suffices
 * @param weight its share of requests relative to the others', 0 to 10000; the instance's setting stands over its service's;
 *     null leaves what the instance says
 * @param reason why, for people: at most 128 bytes of UTF-8 without control characters; empty by default
 */
public record OperatorSetting(Boolean maintenance, @Nullable Integer weight, String reason) {
    /** The longest reason, in bytes of UTF-8. */
    public static final int MAX_REASON_BYTES = 128;

    /**
     * An absent {@code maintenance} beside a weight is false.
     *
     * @throws InvalidFieldException when a part breaks its rule, or neither maintenance nor weight is named
     */
    public OperatorSetting {
        if (maintenance == null && weight == null) {
            throw new InvalidFieldException("maintenance", "present unless weight is", "null");
        }
        maintenance = Objects.requireNonNullElse(maintenance, false);
        if (weight != null) {
            Names.between("weight", weight, 0, Registration.MAX_WEIGHT);
        }
        reason = Names.text("reason", Objects.requireNonNullElse(reason, ""), MAX_REASON_BYTES);
    }
}
