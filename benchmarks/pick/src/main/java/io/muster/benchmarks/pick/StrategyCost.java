package io.muster.benchmarks.pick;

import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.LoadBalancer;
import io.muster.lb.Outcome;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What does a pick cost that goes by no key, and a whole call? {@code ./bench pick strategies} */
@State(Scope.Benchmark)
public class StrategyCost {
    /** The strategy's name. */
    @Param({"power-of-two-choices"})
    public String kind = "";

    /** How many endpoints there are to choose from. */
    @Param({"10", "100", "1000"})
    public int endpoints;

    @SuppressWarnings("NullAway.Init") // build() runs first.
    private LoadBalancer balancer;

    @SuppressWarnings("NullAway.Init") // build() runs first.
    private LoadBalancer busy;

    /** Builds the balancers. */
    @Setup
    public void build() {
        balancer = Fleet.balancer(kind, endpoints);
        busy = Fleet.balancer(kind, endpoints);
        busy.snapshot().endpoints().forEach(busy::start);
    }

    /** Chooses. */
    @Benchmark
    public @Nullable Endpoint pick() {
        return balancer.pick(0, Exclusions.none());
    }

    /** Chooses while each endpoint has a request in flight. */
    @Benchmark
    public @Nullable Endpoint pickBusy() {
        return busy.pick(0, Exclusions.none());
    }

    /** Chooses, starts and finishes. */
    @Benchmark
    public boolean cycle() {
        Endpoint endpoint = balancer.pick(0, Exclusions.none());
        return balancer.start(Objects.requireNonNull(endpoint)).finish(Outcome.SUCCESS);
    }
}
