package io.muster.benchmarks.pick;

import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.LoadBalancer;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Outcome;
import io.muster.lb.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/** The endpoints of which everybody chooses: alike, but where weights are what is measured. */
final class Fleet {
    /** The name of the service, wherever one is needed. */
    static final String SERVICE = "inventory";

    private static final int WEIGHT_STEP = 50;
    private static final int WEIGHTS = 4;
    private static final int CALLS_PER_ENDPOINT = 20;

    private Fleet() {}

    /** An endpoint. */
    record Server(String id, String generation, int weight) implements Target {}

    /** The {@code index}-th id. */
    static String id(int index) {
        return String.format(Locale.ROOT, "%s-%04d", SERVICE, index);
    }

    /** The {@code index}-th weight of a fleet whose weights differ: 50, 100, 150, 200, and so on. */
    static int unequalWeight(int index) {
        return WEIGHT_STEP * (1 + index % WEIGHTS);
    }

    /** Servers for a strategy: of different weights, if it goes by them alone. */
    static List<Server> servers(String strategy, int size) {
        boolean unequal = strategy.startsWith("weighted");
        List<Server> servers = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            servers.add(new Server(id(i), "1", unequal ? unequalWeight(i) : Target.DEFAULT_WEIGHT));
        }
        return servers;
    }

    /** A balancer that has made some calls to each. */
    static LoadBalancer balancer(String strategy, int size) {
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.strategy(strategy));
        balancer.update(servers(strategy, size));
        for (int i = 0; i < CALLS_PER_ENDPOINT * size; i++) {
            Endpoint endpoint = balancer.pick(ThreadLocalRandom.current().nextLong(), Exclusions.none());
            balancer.start(Objects.requireNonNull(endpoint)).finish(Outcome.SUCCESS);
        }
        return balancer;
    }
}
