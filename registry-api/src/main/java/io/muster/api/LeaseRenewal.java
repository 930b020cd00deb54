package io.muster.api;

import java.util.List;

/**
 * Gives grants their full TTL again: the body of {@code POST /v1/leases/renew}.
 *
 * @param keys 1 to 500 grants
 */
public record LeaseRenewal(List<LeaseKey> keys) {
    /** Most grants of one batch. */
    public static final int MAX_KEYS = 500;

    /** @throws InvalidFieldException when the batch is absent, empty or too large */
    public LeaseRenewal {
        Names.required("keys", keys);
        if (keys.isEmpty() || keys.size() > MAX_KEYS) {
            throw new InvalidFieldException("keys", "1 to " + MAX_KEYS + " entries", keys.size() + " entries");
        }
        for (LeaseKey key : keys) {
            Names.required("keys", key);
        }
        keys = List.copyOf(keys);
    }

    /**
     * The answer.
     *
     * @param renewed those that live on; what is missing is over
     */
    public record Answer(List<LeaseKey> renewed) {
        /** An absent list is an empty one. */
        public Answer {
            renewed = renewed == null ? List.of() : List.copyOf(renewed);
        }
    }
}
