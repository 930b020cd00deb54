package io.muster.benchmarks.lease;

import io.muster.benchmarks.lease.TcpProxy.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The store is cut off from a holder, both ways and one way, while what the lease protects stays within reach: for a second,
 * which the lease is to survive, and for longer than its TTL, when its work is to end in time.
 */
final class Cut {
    private final Bench bench;

    Cut(Bench bench) {
        this.bench = bench;
    }

    /**
     * What came out for one store and one way.
     *
     * @param lost leases lost by the short cuts, 0 or 1
     * @param suspected how often a short cut was noticed
     * @param writes accepted before the long cut
     * @param late writes accepted that were begun after the local deadline
     * @param spareMillis from the interrupt of the work to the local deadline
     * @param workSeconds how long the lease read as held after the long cut began
     * @param refused writes that were tried and refused after the lease was lost
     */
    record Result(
            Backend backend,
            Way way,
            int lost,
            int suspected,
            long writes,
            long late,
            double spareMillis,
            double workSeconds,
            long refused) {}

    /** All stores and ways, one beside the other. */
    List<Result> run() throws InterruptedException {
        bench.say(
                "cut: %d stores, each cut off in three ways",
                bench.backends().all().size());
        List<Callable<Result>> runs = new ArrayList<>();
        for (Address address : bench.backends().all()) {
            for (Way way : Way.values()) {
                runs.add(() -> one(address, way));
            }
        }
        return bench.together(runs);
    }

    private Result one(Address address, Way way) throws Exception {
        try (CutHolder holder = CutHolder.open(address, way)) {
            Result result = holder.run(bench.scale().shortCuts());
            bench.say(
                    "cut, %s, %s: %d times 1 s: noticed %d times, %s; longer than the TTL: held for %.2f s more, interrupted"
                            + " %.0f ms before the deadline, %d writes refused, %d accepted late",
                    address.backend().label(),
                    way.label(),
                    bench.scale().shortCuts(),
                    result.suspected(),
                    result.lost() == 0 ? "kept" : "LOST",
                    result.workSeconds(),
                    result.spareMillis(),
                    result.refused(),
                    result.late());
            return result;
        }
    }
}
