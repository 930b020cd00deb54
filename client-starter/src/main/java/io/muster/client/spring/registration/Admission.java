package io.muster.client.spring.registration;

import io.muster.api.LoadLimit;
import io.muster.api.LoadReport;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests that this application takes, and declines those that would rather go elsewhere. Thread-safe.
 *
 * @param instance whom callers may have meant
 * @param load what is under way
 */
record Admission(LocalInstance instance, ServerLoad load) {
    /**
     * Counts a request, unless its caller set this instance a limit that is exceeded.
     *
     * @param header what the request says of load
     * @return null when it is counted; else what to answer it
     */
    @Nullable
    LoadReport startedOrDeclined(@Nullable String header) {
        LoadLimit limit = LoadLimit.parse(header);
        if (limit.isSet() && instance.hasId(limit.instance())) {
            return load.startedOrDeclined(limit.maxInFlight());
        }
        load.started();
        return null;
    }
}
