package io.muster.lease.spring.http;

import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.StaleFenceException;
import io.muster.lease.http.FenceProblem;
import java.util.List;
import java.util.Optional;

/** Tells, among what an endpoint fails with, that the token of its own request had become too old. */
final class StaleTokens {
    private StaleTokens() {}

    /** The problem to answer; empty when it failed for another reason, as for a lease that this process holds itself. */
    static Optional<FenceProblem> problem(Throwable failure, List<CheckedToken> tokens) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StaleFenceException stale) {
                return tokens.stream()
                        .filter(token -> token.token() == stale.token()
                                && token.resource().equals(stale.resource()))
                        .map(token -> FenceProblem.stale(token.resource()))
                        .findFirst();
            }
        }
        return Optional.empty();
    }
}
