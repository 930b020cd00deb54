package io.muster.benchmarks.pick;

import io.muster.lb.LoadBalancer;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What does it cost when an endpoint comes or goes? {@code ./bench pick membership} */
@State(Scope.Benchmark)
public class MembershipCost {
    /** The strategy's name. */
    @Param({"power-of-two-choices"})
    public String kind = "";

    /** How many endpoints there are. */
    @Param({"1000"})
    public int endpoints;

    private List<Fleet.Server> all = List.of();
    private List<Fleet.Server> withoutOne = List.of();
    private boolean complete = true;

    @SuppressWarnings("NullAway.Init") // build() runs first.
    private LoadBalancer balancer;

    /** Builds the balancer. */
    @Setup
    public void build() {
        balancer = Fleet.balancer(kind, endpoints);
        all = List.copyOf(Fleet.servers(kind, endpoints));
        withoutOne = all.stream()
                .filter(server -> !server.id().equals(Fleet.id(endpoints / 2)))
                .toList();
    }

    /** One goes, or comes back. */
    @Benchmark
    public long update() {
        complete = !complete;
        balancer.update(complete ? all : withoutOne);
        return balancer.snapshot().version();
    }
}
