package io.muster.lease;

import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Grant;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * From a request to a lease: asks the store, under one request id until it answers, counts the lease from before the first
 * try, and gives back what comes too late; then raises the fences.
 */
final class Acquisition {
    /** Longer than this nobody waits for a store. */
    private static final long MAX_WAIT_NANOS = Duration.ofSeconds(5).toNanos();

    private final Custody custody;
    private final Parts parts;
    private final List<Fence> fences;

    Acquisition(Custody custody, Parts parts, List<Fence> fences) {
        this.custody = custody;
        this.parts = parts;
        this.fences = fences;
    }

    /**
     * Asks the store; from any thread. Fails with a {@link LeaseStoreException} when it does not answer.
     *
     * @throws IllegalArgumentException if the request cannot work here
     * @throws IllegalStateException if no more leases may be held
     */
    CompletableFuture<Attempt> ask(LeaseRequest request) {
        Terms terms = checkedTerms(request);
        AcquireRequest question = new AcquireRequest(
                request.name(),
                custody.settings().holder(),
                parts.requestIds().get(),
                Duration.ofNanos(terms.ttlNanos()),
                request.tick());
        custody.takePlace(request.name());
        long sentAt = parts.ticker().getAsLong();
        CompletableFuture<Grant> answer;
        try {
            answer = new Asking<>(
                            () -> custody.store().acquire(question),
                            parts,
                            terms.patienceNanos(),
                            late -> unused(late, terms))
                    .start("lease \"" + request.name() + "\"", waitNanos(terms), custody.patience());
        } catch (RuntimeException | Error e) {
            custody.leavePlace();
            throw e;
        }
        custody.expect(answer);
        return answer.thenApply(grant -> attempt(grant, request, terms, sentAt)).whenComplete((attempt, failure) -> {
            if (!(attempt instanceof Attempt.Granted)) {
                custody.leavePlace();
            }
        });
    }

    /**
     * Raises the fences of a granted lease; blocks.
     *
     * @throws RuntimeException if one refuses or cannot be reached, or the lease was lost meanwhile; it is given back then
     */
    void raiseFences(Lease lease) {
        try {
            for (String resource : lease.resources()) {
                for (Fence fence : fences) {
                    fence.raise(resource, lease.fencingToken());
                }
            }
            lease.ensureHeld();
        } catch (RuntimeException | Error e) {
            var unused = custody.giveBack(lease);
            throw e;
        }
    }

    /** How long an attempt may take. */
    static long waitNanos(Terms terms) {
        return Math.min(terms.ttlNanos() / 3, MAX_WAIT_NANOS);
    }

    Terms checkedTerms(LeaseRequest request) {
        LeaseSettings settings = custody.settings();
        Duration ttl = request.ttl() == null ? settings.ttl() : request.ttl();
        checkTtl(ttl, custody.store().traits());
        if (!request.resources().isEmpty() && fences.isEmpty()) {
            throw new IllegalArgumentException("resources must be empty where no fence is configured, but were "
                    + request.resources() + " for lease \"" + request.name() + "\"");
        }
        return Terms.of(ttl, request.maxHold() == null ? settings.maxHold() : request.maxHold());
    }

    /** @throws IllegalArgumentException if the TTL is too short for this store, with the reason */
    static void checkTtl(Duration ttl, LeaseStore.Traits traits) {
        if (ttl.compareTo(traits.minTtl()) < 0 || ttl.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("ttl must be from " + traits.minTtl() + " to 1 day with the store "
                    + traits.kind() + ", because " + traits.minTtlReason() + ", but was " + ttl);
        }
    }

    private Attempt attempt(Grant grant, LeaseRequest request, Terms terms, long sentAt) {
        if (grant instanceof Grant.Held held) {
            return new Attempt.Refused(held.holder(), held.atMost());
        }
        if (grant instanceof Grant.AlreadyRan ran) {
            return new Attempt.AlreadyRan(ran.completed());
        }
        LeaseStore.LeaseKey key = ((Grant.Granted) grant).key();
        if (parts.ticker().getAsLong() - terms.haltAfter(sentAt) >= 0) {
            custody.giveBackUnused(key, terms);
            throw new LeaseStoreException("lease \"" + request.name() + "\" was granted too late to be used", null);
        }
        Lease lease = new Lease(key, request, terms, sentAt, custody);
        custody.keep(lease, sentAt);
        return new Attempt.Granted(lease);
    }

    private void unused(Grant late, Terms terms) {
        if (late instanceof Grant.Granted granted) {
            custody.giveBackUnused(granted.key(), terms);
        }
    }
}
