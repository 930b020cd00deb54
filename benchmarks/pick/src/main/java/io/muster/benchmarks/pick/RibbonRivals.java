package io.muster.benchmarks.pick;

import com.netflix.loadbalancer.AvailabilityFilteringRule;
import com.netflix.loadbalancer.BaseLoadBalancer;
import com.netflix.loadbalancer.BestAvailableRule;
import com.netflix.loadbalancer.ILoadBalancer;
import com.netflix.loadbalancer.IRule;
import com.netflix.loadbalancer.LoadBalancerStats;
import com.netflix.loadbalancer.RoundRobinRule;
import com.netflix.loadbalancer.Server;
import com.netflix.loadbalancer.WeightedResponseTimeRule;
import com.netflix.loadbalancer.ZoneAvoidanceRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What does a choice by Ribbon's rules cost? {@code ./bench pick rivals} */
@State(Scope.Benchmark)
public class RibbonRivals {
    private static final int ANSWERS = 20;

    private static final Map<String, Supplier<IRule>> RULES = new TreeMap<>(Map.of(
            "RoundRobinRule", RoundRobinRule::new,
            "AvailabilityFilteringRule", AvailabilityFilteringRule::new,
            "BestAvailableRule", BestAvailableRule::new,
            "WeightedResponseTimeRule", WeightedResponseTimeRule::new,
            "ZoneAvoidanceRule", ZoneAvoidanceRule::new));

    /** Its rules. */
    static final List<String> KINDS = List.copyOf(RULES.keySet());

    /** Which rule. */
    @Param({"RoundRobinRule"})
    public String kind = "";

    /** How many endpoints there are to choose from. */
    @Param({"10", "100", "1000"})
    public int endpoints;

    @SuppressWarnings("NullAway.Init") // build() runs first.
    private ILoadBalancer balancer;

    /** Builds the balancer, whose servers have answered a few times. */
    @Setup
    public void build() {
        BaseLoadBalancer ribbon = new BaseLoadBalancer();
        List<Server> servers = new ArrayList<>(endpoints);
        for (int i = 0; i < endpoints; i++) {
            Server server = new Server(Fleet.id(i), 8080);
            server.setZone("a");
            servers.add(server);
        }
        ribbon.addServers(servers);
        LoadBalancerStats statistics = ribbon.getLoadBalancerStats();
        for (Server server : servers) {
            for (int i = 0; i < ANSWERS; i++) {
                statistics.noteResponseTime(server, 1 + i % 3);
            }
        }
        ribbon.setRule(Objects.requireNonNull(RULES.get(kind)).get());
        balancer = ribbon;
        if (balancer.chooseServer(null) == null) {
            throw new IllegalStateException(kind + " must choose but did not");
        }
    }

    /** Chooses. */
    @Benchmark
    public @Nullable Server choose() {
        return balancer.chooseServer(null);
    }
}
