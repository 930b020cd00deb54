package io.muster.lease.spring.actuate;

import io.muster.lease.Leases;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@code /actuator/leases}: what this process holds and what happened last, what the store knows of one lease, and its forced
 * release, which needs {@code management.endpoint.leases.access=unrestricted}.
 */
@Endpoint(id = "leases", defaultAccess = Access.READ_ONLY)
final class LeasesEndpoint {
    private final Leases leases;
    private final LeaseHistory history;

    LeasesEndpoint(Leases leases, LeaseHistory history) {
        this.leases = leases;
        this.history = history;
    }

    /** What this process knows. */
    @ReadOperation
    LeasesReport report() {
        return LeasesReport.of(leases, history);
    }

    /** What the store knows of a lease, whoever holds it; null, which is answered as 404, when it was never granted. */
    @ReadOperation
    LeasesReport.@Nullable Stored stored(@Selector(match = Selector.Match.ALL_REMAINING) String... name) {
        return leases.inspect(String.join("/", name))
                .map(LeasesReport.Stored::of)
                .orElse(null);
    }

    /** Ends a lease, whoever holds it. */
    @DeleteOperation
    LeasesReport.Forced forceRelease(@Selector(match = Selector.Match.ALL_REMAINING) String... name) {
        String joined = String.join("/", name);
        return new LeasesReport.Forced(joined, leases.forceRelease(joined));
    }
}
