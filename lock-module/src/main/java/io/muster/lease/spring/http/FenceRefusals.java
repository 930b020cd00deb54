package io.muster.lease.spring.http;

import io.muster.lease.http.FenceProblem;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what guarded endpoints have refused, by the status that was answered. Thread-safe. */
final class FenceRefusals {
    private final Map<Integer, LongAdder> counts =
            Map.of(400, new LongAdder(), 409, new LongAdder(), 428, new LongAdder(), 503, new LongAdder());

    void count(FenceProblem problem) {
        LongAdder count = counts.get(problem.status());
        if (count != null) {
            count.increment();
        }
    }

    /** A live count for each status. */
    Map<Integer, LongAdder> counts() {
        return counts;
    }
}
