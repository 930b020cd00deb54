package io.muster.benchmarks.quality;

import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.LoadBalancer;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Options;
import io.muster.lb.Outcome;
import io.muster.lb.Strategy;
import io.muster.lb.Target;
import io.muster.lb.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/** Clients that each have a load balancer of the library, and know nothing of each other. */
final class LibraryClients implements Dispatcher {
    private final Scenario scenario;
    private final boolean reported;
    private final boolean declinable;
    private final boolean sameZoneOnly;
    private final List<LoadBalancer> balancers = new ArrayList<>();

    private LibraryClients(
            Scenario scenario,
            Clock clock,
            RandomGenerator random,
            Settings settings,
            Function<RandomGenerator, Strategy> strategy) {
        this.scenario = scenario;
        this.reported = settings.reported;
        this.declinable = settings.declinable;
        this.sameZoneOnly = settings.sameZoneOnly;
        for (int client = 0; client < scenario.clients(); client++) {
            LoadBalancer balancer = LoadBalancers.loadBalancer(
                    strategy.apply(new Randomness(random.nextLong())), clock, new Randomness(random.nextLong()));
            balancer.configure(strategy.apply(new Randomness(random.nextLong())), settings.options.apply(client));
            balancers.add(balancer);
        }
    }

    /** Clients of a named strategy. */
    static Policy policy(String strategy) {
        return policy(strategy, strategy, Settings.PLAIN);
    }

    /** Clients of a named strategy. */
    static Policy policy(String name, String strategy, Settings settings) {
        return policy(name, settings, random -> LoadBalancers.strategy(strategy, random));
    }

    /** Clients of a strategy. */
    static Policy policy(String name, Settings settings, Function<RandomGenerator, Strategy> strategy) {
        return new Policy(
                name,
                (scenario, clock, random, underWay) -> new LibraryClients(scenario, clock, random, settings, strategy));
    }

    @Override
    public void update(List<Integer> present) {
        for (int client = 0; client < balancers.size(); client++) {
            String zone = scenario.zones().get(client);
            balancers
                    .get(client)
                    .update(present.stream()
                            .map(server -> new Named(server, scenario.servers().get(server)))
                            .filter(target -> !sameZoneOnly || target.zone().equals(zone))
                            .toList());
        }
    }

    @Override
    public Call send(int client, long key) {
        LoadBalancer balancer = balancers.get(client);
        Endpoint endpoint = Objects.requireNonNull(balancer.pick(key, Exclusions.none()), "nobody was picked");
        int acceptable = declinable ? endpoint.acceptable() : -1;
        return new Sent(balancer, balancer.start(endpoint), key, acceptable, reported);
    }

    /**
     * What surrounds the strategy.
     *
     * @param options of a client, by its number
     * @param reported whether answers tell of the server's load
     * @param declinable whether a server declines a request once when it has more than the client found acceptable
     * @param sameZoneOnly whether clients know of the servers in their zone only
     */
    record Settings(IntFunction<Options> options, boolean reported, boolean declinable, boolean sameZoneOnly) {
        static final Settings PLAIN = new Settings(client -> Options.NONE, false, false, false);
        static final Settings REPORTED = new Settings(client -> Options.NONE, true, false, false);
        static final Settings DECLINABLE = new Settings(client -> Options.NONE, true, true, false);
        static final Settings SAME_ZONE = new Settings(client -> Options.NONE, false, false, true);

        static Settings with(Options options) {
            return new Settings(client -> options, false, false, false);
        }

        static Settings each(IntFunction<Options> options) {
            return new Settings(options, false, false, false);
        }
    }

    private record Named(int number, Server server) implements Target {
        @Override
        public String id() {
            return String.format("%04d", number);
        }

        @Override
        public String generation() {
            return "1";
        }

        @Override
        public int weight() {
            return server.weight();
        }

        @Override
        public String zone() {
            return server.zone();
        }
    }

    private record Sent(LoadBalancer balancer, Ticket ticket, long key, int acceptable, boolean reported)
            implements Call {
        @Override
        public int server() {
            return ((Named) ticket.endpoint().target()).number();
        }

        @Override
        public boolean isWelcome(int underWay) {
            return acceptable < 0 || underWay <= acceptable;
        }

        @Override
        public Call resend(int underWay) {
            ticket.declined(underWay, Double.NaN);
            Endpoint another = balancer.pick(key, Exclusions.none().with(ticket.endpoint()));
            Ticket next = balancer.start(another == null ? ticket.endpoint() : another);
            return new Sent(balancer, next, key, -1, reported);
        }

        @Override
        public void end(Outcome outcome, int underWay) {
            if (reported && outcome == Outcome.SUCCESS) {
                ticket.reported(underWay);
            }
            ticket.finish(outcome);
        }
    }
}
