package io.muster.quorum.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One lease: at most one grant at a time; tokens grow strictly from grant to grant; a repeated request id gets the grant that it
 * has, and none once that is over, until another grant followed; expiry is a step of its own that the store takes whenever it likes, but not too early.
 */
/*
 * Not too early: a grant or renewal of ttl d takes place after its call, and expiry at least d after it took place. When exactly
 * it took place nobody knows; a lower bound is the latest of (its own call, the calls of all that took place before it, the
 * bounds of the expiries before it). So a state carries `now`, that bound, and `earliestExpiry`. An expiry can come only while
 * nothing that is still to come has returned. This assumes that all calls are timed by one monotonic clock, and that the store's
 * clock does not run faster than it by more than the tolerance; it does not assume that an expiry ever comes: a store without a
 * quorum may stand still.
 *
 * A grant whose answer was lost has a token that nobody saw. It is the smallest possible one until an answer tells it: no
 * later grant can be explained worse by a smaller token. An unanswered renewal only delays expiry, which explains nothing, and is left out.
 */
final class LeaseModel implements SequentialModel<LeaseModel.State> {
    private final double clockTolerance;

    LeaseModel(double clockTolerance) {
        if (!(clockTolerance >= 0 && clockTolerance < 1)) {
            throw new IllegalArgumentException("clockTolerance must be from 0 to below 1 but was " + clockTolerance);
        }
        this.clockTolerance = clockTolerance;
    }

    /**
     * A grant.
     *
     * @param ttlNanos as asked
     * @param earliestExpiry a time before which it does not expire
     */
    record Grant(String holder, long ttlNanos, long earliestExpiry) {}

    /**
     * The lease.
     *
     * @param token of the newest grant, 0 before the first
     * @param exact whether an answer told that token; otherwise it is the smallest possible one
     * @param requestId of the newest grant; empty before the first
     * @param grant the newest grant while it lasts; null when the lease is free
     * @param now a time that is past
     */
    record State(
            long token,
            boolean exact,
            String requestId,
            @Nullable Grant grant,
            long now) {
        State at(long time) {
            return time <= now ? this : new State(token, exact, requestId, grant, time);
        }

        State free() {
            return new State(token, exact, requestId, null, now);
        }

        State with(long told) {
            return new State(told, true, requestId, grant, now);
        }

        /** Whether its token can be the one that an answer tells. */
        boolean canHave(long told) {
            return exact ? told == token : told >= token;
        }
    }

    @Override
    public State initial() {
        return new State(0, true, "", null, Long.MIN_VALUE);
    }

    @Override
    public List<State> next(State before, Operation operation, long latestNanos) {
        List<State> result = new ArrayList<>(2);
        State state = before.at(operation.invokedNanos());
        if (state.now > latestNanos) {
            return result;
        }
        add(result, apply(state, operation));
        Grant grant = state.grant;
        if (grant != null) {
            State later = state.at(grant.earliestExpiry);
            if (later.now <= latestNanos) {
                add(result, apply(later.free(), operation));
            }
        }
        return result;
    }

    private static void add(List<State> states, @Nullable State state) {
        if (state != null) {
            states.add(state);
        }
    }

    private @Nullable State apply(State state, Operation operation) {
        if (operation.call() instanceof Call.Acquire acquire) {
            return acquire(state, acquire, operation.answer());
        }
        if (operation.call() instanceof Call.Renew renew) {
            return renew(state, renew.token(), operation.answer());
        }
        if (operation.call() instanceof Call.Release release) {
            return release(state, release.token(), operation.answer());
        }
        if (operation.call() instanceof Call.ForceRelease) {
            return forceRelease(state, operation.answer());
        }
        if (operation.call() instanceof Call.Inspect) {
            return inspect(state, operation.answer());
        }
        throw new IllegalArgumentException("call must be of a lease but was " + operation.call());
    }

    private @Nullable State acquire(State state, Call.Acquire acquire, Answer answer) {
        boolean live = state.grant != null;
        boolean repeated = state.requestId.equals(acquire.requestId());
        if (answer instanceof Answer.Granted granted) {
            if (live) {
                return repeated && state.canHave(granted.token()) ? state.with(granted.token()) : null;
            }
            boolean grown = granted.token() > state.token;
            return !repeated && grown ? granted(state, granted.token(), true, acquire) : null;
        }
        if (answer instanceof Answer.Unknown) {
            return !live && !repeated ? granted(state, state.token + 1, false, acquire) : null;
        }
        if (answer instanceof Answer.UsedUp) {
            return !live && repeated ? state : null;
        }
        return live && !repeated ? inspect(state, answer) : null;
    }

    private State granted(State state, long token, boolean exact, Call.Acquire acquire) {
        Grant grant = new Grant(acquire.holder(), acquire.ttlNanos(), expiry(state.now, acquire.ttlNanos()));
        return new State(token, exact, acquire.requestId(), grant, state.now);
    }

    private long expiry(long now, long ttlNanos) {
        return now + (long) (ttlNanos * (1 - clockTolerance));
    }

    private @Nullable State renew(State state, long token, Answer answer) {
        Grant grant = state.grant;
        if (answer instanceof Answer.Gone) {
            return without(state, token);
        }
        if (!(answer instanceof Answer.Done) || grant == null || !state.canHave(token)) {
            return null;
        }
        long expiry = Math.max(grant.earliestExpiry, expiry(state.now, grant.ttlNanos));
        Grant renewed = new Grant(grant.holder, grant.ttlNanos, expiry);
        return new State(token, true, state.requestId, renewed, state.now);
    }

    private static @Nullable State release(State state, long token, Answer answer) {
        if (answer instanceof Answer.Gone) {
            return without(state, token);
        }
        return state.grant != null && state.canHave(token) ? state.with(token).free() : null;
    }

    /** The state if the newest grant does not last or does not have the token. */
    private static @Nullable State without(State state, long token) {
        if (state.grant == null || token != state.token) {
            return state;
        }
        return state.exact ? null : new State(token + 1, false, state.requestId, state.grant, state.now);
    }

    private static @Nullable State forceRelease(State state, Answer answer) {
        if (answer instanceof Answer.Free) {
            return state.grant == null ? state : null;
        }
        return state.grant == null ? null : state.free();
    }

    private static @Nullable State inspect(State state, Answer answer) {
        if (answer instanceof Answer.Free) {
            return state.grant == null ? state : null;
        }
        if (!(answer instanceof Answer.HeldBy held) || state.grant == null) {
            return null;
        }
        if (!held.holder().isEmpty() && !held.holder().equals(state.grant.holder)) {
            return null;
        }
        if (held.token() == Answer.HeldBy.UNTOLD) {
            return state;
        }
        return state.canHave(held.token()) ? state.with(held.token()) : null;
    }

    /*
     * An acquisition without an answer matters only if somebody saw its grant: an answer that names its holder or nobody, the same
     * request granted, a token in use that no answer granted, or a request that was granted twice, with another grant between.
     * Otherwise the same order without it explains as much: what it
     * would have changed is that the lease was not free for a while, which nobody saw.
     */
    @Override
    public List<Operation> relevant(List<Operation> operations) {
        Set<String> seen = new HashSet<>();
        Map<String, Long> asked = new HashMap<>();
        Set<Long> granted = new HashSet<>();
        Set<Long> used = new HashSet<>();
        boolean anybody = false;
        for (Operation operation : operations) {
            if (operation.answer() instanceof Answer.HeldBy held) {
                seen.add(held.holder());
                anybody |= held.holder().isEmpty();
            } else if (operation.call() instanceof Call.Acquire acquire) {
                if (operation.answer() instanceof Answer.Granted grant) {
                    granted.add(grant.token());
                    Long earlier = asked.put(acquire.requestId(), grant.token());
                    anybody |= earlier != null && earlier != grant.token();
                } else if (operation.answer() instanceof Answer.UsedUp) {
                    asked.putIfAbsent(acquire.requestId(), 0L);
                }
            } else if (operation.answer() instanceof Answer.Done && operation.call() instanceof Call.Renew renew) {
                used.add(renew.token());
            } else if (operation.answer() instanceof Answer.Done && operation.call() instanceof Call.Release release) {
                used.add(release.token());
            } else if (operation.answer() instanceof Answer.Done) {
                anybody |= operation.call() instanceof Call.ForceRelease;
            }
        }
        boolean all = anybody || !granted.containsAll(used);
        return operations.stream()
                .filter(operation -> {
                    if (operation.answer() instanceof Answer.Refused) {
                        return false;
                    }
                    if (!operation.unknown()) {
                        return true;
                    }
                    if (operation.call() instanceof Call.Acquire acquire) {
                        return all || seen.contains(acquire.holder()) || asked.containsKey(acquire.requestId());
                    }
                    return operation.call() instanceof Call.Release || operation.call() instanceof Call.ForceRelease;
                })
                .toList();
    }
}
