package io.muster.lease.spring.actuate;

import io.muster.lease.Lease;
import io.muster.lease.Leases;
import java.util.List;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * DOWN while work goes on though its lease is lost; nothing but a restart is sure to end it. UP otherwise: a lease that is suspect,
 * or lost, is no reason to take traffic from the process.
 */
final class LeaseHealthIndicator extends AbstractHealthIndicator {
    private final Leases leases;

    LeaseHealthIndicator(Leases leases) {
        super("Reading the state of the leases failed");
        this.leases = leases;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        List<Lease> held = leases.held();
        List<String> suspect = names(held.stream()
                .filter(lease -> lease.state() == Lease.State.SUSPECT)
                .toList());
        List<String> overruns = names(leases.overruns());
        builder.up().withDetail("held", held.size());
        if (!suspect.isEmpty()) {
            builder.withDetail("suspect", suspect);
        }
        if (!overruns.isEmpty()) {
            builder.down().withDetail("overruns", overruns);
        }
    }

    private static List<String> names(List<Lease> leases) {
        return leases.stream().map(Lease::name).sorted().toList();
    }
}
