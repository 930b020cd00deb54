package io.muster.lease.spring.actuate;

import io.muster.lease.Leases;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
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
        return with(name, leases::inspect).map(LeasesReport.Stored::of).orElse(null);
    }

    /** Ends a lease, whoever holds it. */
    @DeleteOperation
    LeasesReport.Forced forceRelease(@Selector(match = Selector.Match.ALL_REMAINING) String... name) {
        return with(name, joined -> new LeasesReport.Forced(joined, leases.forceRelease(joined)));
    }

    private static <T> T with(String[] name, Function<String, T> operation) {
        String joined = String.join("/", name);
        try {
            return operation.apply(joined);
        } catch (IllegalArgumentException e) {
            // No lease can have that name; answered as 400.
            throw new InvalidEndpointRequestException(e.getMessage(), e.getMessage(), e);
        }
    }
}
