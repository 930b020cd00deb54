package io.muster.lease.spring.actuate;

import io.muster.lease.LeaderElection;
import io.muster.lease.Lease;
import io.muster.lease.LeaseStore.LeaseView;
import io.muster.lease.Leases;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /actuator/leases} answers.
 *
 * @param holder this process
 * @param store where leases are kept, as in "JDBC (PostgreSQL)"
 * @param held the leases of this process, by name
 * @param elections the roles for which it runs, by name
 * @param overruns lost leases whose work goes on
 * @param grants the last ones, latest first
 * @param losses losses, failed renewals and overruns, latest first
 * @param refusals what was asked for and not granted, latest first
 */
record LeasesReport(
        String holder,
        String store,
        List<Held> held,
        List<Role> elections,
        List<Held> overruns,
        List<LeaseHistory.Entry> grants,
        List<LeaseHistory.Entry> losses,
        List<LeaseHistory.Entry> refusals) {
    /**
     * A lease of this process.
     *
     * @param remainingMillis until it reads as lost unless it is renewed
     * @param ageMillis since it was asked for
     */
    record Held(
            String name, long token, Lease.State state, long remainingMillis, long ageMillis, Set<String> resources) {
        static Held of(Lease lease) {
            return new Held(
                    lease.name(),
                    lease.fencingToken(),
                    lease.state(),
                    lease.remaining().toMillis(),
                    lease.age().toMillis(),
                    lease.resources());
        }
    }

    /** A role; the token is null unless this process leads. */
    record Role(String role, boolean leader, @Nullable Long token) {
        static Role of(LeaderElection election) {
            Long token = election.lease().map(Lease::fencingToken).orElse(null);
            return new Role(election.role(), token != null, token);
        }
    }

    /**
     * A lease as the store knows it.
     *
     * @param remainingMillis without renewal, by the store's clock; zero when nobody holds it
     * @param completedTick the latest planned time whose work is done; null for none
     */
    record Stored(
            String name,
            boolean live,
            String holder,
            long token,
            long remainingMillis,
            @Nullable Instant completedTick) {
        static Stored of(LeaseView view) {
            return new Stored(
                    view.name(),
                    view.live(),
                    view.holder(),
                    view.token(),
                    view.remaining().toMillis(),
                    view.completed());
        }
    }

    /** What became of a forced release; {@code held} tells whether there was anything to release. */
    record Forced(String name, boolean held) {}

    static LeasesReport of(Leases leases, LeaseHistory history) {
        return new LeasesReport(
                leases.settings().holder(),
                leases.storeTraits().kind(),
                held(leases.held()),
                leases.elections().stream()
                        .map(Role::of)
                        .sorted(Comparator.comparing(Role::role))
                        .toList(),
                held(leases.overruns()),
                history.grants(),
                history.losses(),
                history.refusals());
    }

    private static List<Held> held(List<Lease> leases) {
        return leases.stream()
                .map(Held::of)
                .sorted(Comparator.comparing(Held::name))
                .toList();
    }
}
