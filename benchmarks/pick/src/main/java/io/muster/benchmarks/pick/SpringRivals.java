package io.muster.benchmarks.pick;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.context.ConfigurableApplicationContext;

/** What does a choice of Spring Cloud LoadBalancer cost, with the cache that it has by default? {@code ./bench pick rivals} */
@State(Scope.Benchmark)
public class SpringRivals {
    /** Its round robin, and two of the lists that it may be configured with. */
    static final List<String> KINDS = List.of("default", "weighted", "zone-preference");

    /** Which list. */
    @Param({"default"})
    public String kind = "";

    /** How many endpoints there are to choose from. */
    @Param({"10", "100", "1000"})
    public int endpoints;

    @SuppressWarnings("NullAway.Init") // open() runs first.
    private ConfigurableApplicationContext context;

    @SuppressWarnings("NullAway.Init") // open() runs first.
    private LoadBalancerClient client;

    /** Configures it. */
    @Setup
    public void open() {
        context = SpringContexts.springCloud(
                endpoints,
                Map.of("spring.cloud.loadbalancer.configurations", kind, "spring.cloud.loadbalancer.zone", "a"));
        client = context.getBean(LoadBalancerClient.class);
        if (client.choose(Fleet.SERVICE) == null) {
            throw new IllegalStateException("There must be instances of " + Fleet.SERVICE + " but there was none");
        }
    }

    /** Ends it. */
    @TearDown
    public void close() {
        context.close();
    }

    /** Chooses. */
    @Benchmark
    public @Nullable ServiceInstance choose() {
        return client.choose(Fleet.SERVICE);
    }
}
