package io.muster.lease.http;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.muster.lease.Fence;
import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.LeaseStore.LeaseView;
import io.muster.lease.StaleFenceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entry of guarded endpoints. A token that equals the largest seen of its resource is admitted, a smaller one is not.
 * A larger one is looked up in the store first: only the last grant of one of the resource's leases raises the fence, so
 * nobody locks others out with a number. The fence is raised before the endpoint runs, and as durable as the fence is.
 *
 * <p>What is known goes on while the store of leases is away. Thread-safe.
 */
public final class FenceGate {
    private static final Logger log = LoggerFactory.getLogger(FenceGate.class);

    private final Fence fence;
    private final ToLongFunction<String> seen;
    private final GrantLookup grants;
    private final Duration idleLimit;
    private final AtomicBoolean failing = new AtomicBoolean();

    /**
     * A gate.
     *
     * @param fence what endpoints raise; may block
     * @param seen the largest token that this fence has seen of a resource, zero for none; may block
     * @param store that grants the leases; it is asked about those that rules name, and no others
     * @param storeTimeout how long a request waits for the store, positive
     * @param idleLimit of admitted tokens, see {@link CheckedToken}
     */
    public FenceGate(
            Fence fence, ToLongFunction<String> seen, LeaseStore store, Duration storeTimeout, Duration idleLimit) {
        this.fence = fence;
        this.seen = seen;
        this.grants = new GrantLookup(store, storeTimeout);
        this.idleLimit = idleLimit;
    }

    /** What a request brings for one resource. */
    private record Claim(FenceRule rule, LeaseKey grant) {}

    /** What a request brings for all of them, or why that does not do. */
    private record Claims(List<Claim> list, @Nullable FenceProblem problem) {
        static Claims refused(FenceProblem problem) {
            return new Claims(List.of(), problem);
        }
    }

    private enum Comparison {
        KNOWN,
        STALE,
        LARGER
    }

    /**
     * Decides on the current thread, and waits for the fence and for the store.
     *
     * @param header the values of all lines of {@link FencingTokenHeader#NAME}; empty when there is none
     */
    public Admission admit(List<String> header, List<FenceRule> rules) {
        Claims claims = claims(header, rules);
        if (claims.problem() != null) {
            return new Admission.Refused(claims.problem());
        }
        try {
            for (Claim claim : claims.list()) {
                FenceProblem problem = switch (compare(claim)) {
                    case KNOWN -> null;
                    case STALE -> stale(claim);
                    case LARGER ->
                        raise(claim, grants.lastGrant(claim.grant().name()).get());
                };
                if (problem != null) {
                    return new Admission.Refused(problem);
                }
            }
            return admitted(claims);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Admission.Refused(unavailable(e));
        } catch (ExecutionException | RuntimeException e) {
            return new Admission.Refused(unavailable(e));
        }
    }

    /**
     * As {@link #admit(List, List)}, without blocking the caller.
     *
     * @param blocking runs what waits for the fence; nothing waits for the store there
     */
    public CompletableFuture<Admission> admit(List<String> header, List<FenceRule> rules, Executor blocking) {
        Claims claims = claims(header, rules);
        if (claims.problem() != null) {
            return CompletableFuture.completedFuture(new Admission.Refused(claims.problem()));
        }
        CompletableFuture<Optional<FenceProblem>> chain = CompletableFuture.completedFuture(Optional.empty());
        for (Claim claim : claims.list()) {
            chain = chain.thenCompose(
                    problem -> problem.isPresent() ? completedFuture(problem) : check(claim, blocking));
        }
        return chain.handle((problem, failure) -> failure != null
                ? new Admission.Refused(unavailable(failure))
                : problem.<Admission>map(Admission.Refused::new).orElseGet(() -> admitted(claims)));
    }

    private CompletableFuture<Optional<FenceProblem>> check(Claim claim, Executor blocking) {
        return CompletableFuture.supplyAsync(() -> compare(claim), blocking)
                .thenCompose(comparison -> switch (comparison) {
                    case KNOWN -> completedFuture(Optional.empty());
                    case STALE -> completedFuture(Optional.of(stale(claim)));
                    case LARGER ->
                        grants.lastGrant(claim.grant().name())
                                .thenApplyAsync(last -> Optional.ofNullable(raise(claim, last)), blocking);
                });
    }

    private static Claims claims(List<String> header, List<FenceRule> rules) {
        List<LeaseKey> grants;
        try {
            grants = header.isEmpty() ? List.of() : FencingTokenHeader.parse(header);
        } catch (IllegalArgumentException e) {
            return Claims.refused(FenceProblem.malformed(e));
        }
        List<Claim> claims = new ArrayList<>(rules.size());
        for (FenceRule rule : rules) {
            Optional<LeaseKey> largest = grants.stream()
                    .filter(grant -> rule.leases().contains(grant.name()))
                    .max(Comparator.comparingLong(LeaseKey::token));
            if (largest.isEmpty()) {
                return Claims.refused(FenceProblem.missing(rule));
            }
            claims.add(new Claim(rule, largest.get()));
        }
        return new Claims(claims, null);
    }

    private Comparison compare(Claim claim) {
        long largest = seen.applyAsLong(claim.rule().resource());
        long token = claim.grant().token();
        return token == largest ? Comparison.KNOWN : token < largest ? Comparison.STALE : Comparison.LARGER;
    }

    /** Answers null when the fence was raised. */
    private @Nullable FenceProblem raise(Claim claim, Optional<LeaseView> last) {
        if (last.isEmpty() || last.get().token() != claim.grant().token()) {
            return stale(claim);
        }
        try {
            fence.raise(claim.rule().resource(), claim.grant().token());
            if (failing.compareAndSet(true, false)) {
                log.info("Fencing tokens of requests are checked again");
            }
            return null;
        } catch (StaleFenceException e) {
            return stale(claim);
        }
    }

    private Admission admitted(Claims claims) {
        return new Admission.Admitted(claims.list().stream()
                .map(claim ->
                        new CheckedToken(claim.rule().resource(), claim.grant().token(), idleLimit))
                .toList());
    }

    private FenceProblem unavailable(Throwable failure) {
        if (failing.compareAndSet(false, true)) {
            log.warn("Fencing tokens of requests cannot be checked; requests that need it are answered 503", failure);
        }
        return FenceProblem.unavailable();
    }

    private static FenceProblem stale(Claim claim) {
        return FenceProblem.stale(claim.rule().resource());
    }
}
