package io.muster.benchmarks.lease;

import io.muster.lease.Fence;
import io.muster.lease.Lease;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStoreException;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lease of ours, taken again and again. */
final class HeldLease implements AutoCloseable {
    private final LeaseStore store;
    private final Leases leases;
    private final LeaseRequest request;
    private volatile @Nullable Lease lease;

    /** With one resource of the same name, whose fence is raised when it is taken. */
    HeldLease(LeaseStore store, Fence fence, LeaseSettings settings, String resource) {
        this(store, List.of(fence), settings, LeaseRequest.of(resource).withResources(resource));
    }

    /** Without resources: another process has them, which hears of the token with the first request. */
    HeldLease(LeaseStore store, LeaseSettings settings, String name) {
        this(store, List.of(), settings, LeaseRequest.of(name));
    }

    private HeldLease(LeaseStore store, List<Fence> fences, LeaseSettings settings, LeaseRequest request) {
        this.store = store;
        this.leases = Leases.open(store, settings, fences, event -> {});
        this.request = request;
    }

    boolean take() {
        try {
            Optional<Lease> taken = leases.tryAcquire(request);
            lease = taken.orElse(null);
            return taken.isPresent();
        } catch (LeaseStoreException | StaleFenceException e) {
            return false;
        }
    }

    /** What was taken last, whether or not it still holds. */
    Lease get() {
        Lease taken = lease;
        if (taken == null) {
            throw new IllegalStateException("nothing was taken yet");
        }
        return taken;
    }

    @Override
    public void close() {
        leases.close();
        store.close();
    }
}
