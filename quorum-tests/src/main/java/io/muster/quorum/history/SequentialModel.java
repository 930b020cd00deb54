package io.muster.quorum.history;

import java.util.List;

/**
 * What one object does when its operations come one after the other.
 *
 * @param <S> its states: immutable, with {@code equals} and {@code hashCode}
 */
interface SequentialModel<S> {
    /** The state before anything took place. */
    S initial();

    /**
     * The states that can follow when the operation takes place in this state and ends as it did; empty when it cannot end so.
     * The likeliest comes first. An operation whose outcome is unknown yields only states that differ from the given one in a way
     * that can explain more: where it changes nothing it need not have taken place.
     *
     * @param latestNanos when it took place at the latest: the first return of all that did not take place yet
     */
    List<S> next(S state, Operation operation, long latestNanos);

    /** The operations that can matter: the others never took place, or explain nothing that holds not without them. */
    List<Operation> relevant(List<Operation> operations);
}
