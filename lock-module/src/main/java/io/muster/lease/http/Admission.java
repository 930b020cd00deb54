package io.muster.lease.http;

import io.muster.lease.FencingContext.CheckedToken;
import java.util.List;

/** What became of a request at the entry of a guarded endpoint. */
public sealed interface Admission {
    /**
     * It may go on: each of its resources' fences has seen its token.
     *
     * @param tokens one for each resource, for {@link io.muster.lease.FencingContext}
     */
    record Admitted(List<CheckedToken> tokens) implements Admission {
        public Admitted {
            tokens = List.copyOf(tokens);
        }
    }

    /** It is answered with this, and does nothing else. */
    record Refused(FenceProblem problem) implements Admission {}
}
