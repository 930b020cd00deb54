package io.muster.lease;

import io.muster.lease.SimWorld.Mutation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Three processes with the real core, a store with the real table, two resources with the real guard, on one thread in virtual
 * time. A minute of faults, then a minute without; towards the end the leader is killed, and others must follow.
 *
 * <p>Each lease that the dead one held is granted again within TTL + tick of its last renewal, and so of its death, by the
 * store's clock. The <em>tick</em> of a lease is the longest time that passes by that clock from when the store is asked for
 * it to when the same acquirer asks again: its poll interval (for a role a third of the TTL and a tenth of that; clocks of
 * acquirers and store differ by up to a half, and the interval by as much), and the way of the answer and of the question. The
 * acquirer with the shortest tick counts. None of this holds during faults: a question that is lost is asked again, but when,
 * is up to the fault.
 */
final class Simulation {
    private static final int PROCESSES = 3;
    private static final long CHAOS_END = SimWorld.millis(60_000);
    /** Steps of the clock and messages that are still under way need time to be over. */
    private static final long QUIET = CHAOS_END + SimWorld.millis(40_000);

    private static final long LEADER_DIES = QUIET + SimWorld.millis(10_000);
    /** True time, for a store whose clock is slow: more than the TTL and a tick. */
    private static final long LOOKED_AT_FOR = SimWorld.millis(15_000);
    /** For hops from task to task, and rounding. */
    private static final long SLACK = 1_000;

    private final SimWorld world;
    private final SimStore store;
    private final List<SimResource> resources;
    private final List<SimHolder> holders = new ArrayList<>();

    private Simulation(long seed, Mutation mutation) {
        world = new SimWorld(seed, mutation);
        store = new SimStore(world);
        resources = List.of(new SimResource("invoices", world), new SimResource("stock", world));
    }

    /** What a run showed. */
    record Result(@Nullable String violation, String trace, int staleWrites) {}

    static Result run(long seed, Mutation mutation) {
        Simulation simulation = new Simulation(seed, mutation);
        simulation.run();
        return new Result(
                simulation.world.violation(),
                simulation.world.traceText(),
                simulation.resources.stream().mapToInt(SimResource::stale).sum());
    }

    private void run() {
        for (int i = 0; i < PROCESSES; i++) {
            begin(i);
        }
        world.in(world.upTo(SimWorld.millis(3000)), this::fault);
        world.runUntil(CHAOS_END, this::check);
        world.endChaos();
        store.cutUntil.clear();
        world.runUntil(LEADER_DIES, this::check);
        killLeader();
        for (SimHolder holder : holders) {
            holder.checkEnd();
        }
    }

    private void begin(int id) {
        double rate = 0.8 + 0.4 * world.random.nextDouble();
        SimHolder holder = new SimHolder(new SimProcess(id, world, rate), store, resources);
        if (holders.size() <= id) {
            holders.add(holder);
        } else {
            holders.set(id, holder);
        }
        holder.start();
    }

    private void fault() {
        if (!world.chaos() || world.now() > CHAOS_END - SimWorld.millis(1000)) {
            return;
        }
        int victim = world.random.nextInt(PROCESSES);
        long duration = world.upTo(SimWorld.millis(14_000));
        SimProcess process = holders.get(victim).process;
        switch (world.random.nextInt(6)) {
            case 0, 1 -> {
                world.trace("p" + victim + " pauses for " + duration / 1_000_000 + " ms");
                process.pause(Math.min(duration, CHAOS_END - world.now()));
            }
            case 2 -> {
                if (process.alive()) {
                    world.trace("p" + victim + " is killed");
                    process.kill();
                    world.in(Math.min(duration, CHAOS_END - world.now()), () -> begin(victim));
                }
            }
            case 3 -> {
                world.trace("p" + victim + " is cut off for " + duration / 1_000_000 + " ms");
                store.cutUntil.put(victim, world.now() + duration);
            }
            case 4 -> {
                world.trace("the store restarts");
                store.restart(duration / 4);
            }
            default -> store.stepClock(duration - SimWorld.millis(7000));
        }
        world.in(world.upTo(SimWorld.millis(4000)), this::fault);
    }

    private void check() {
        for (SimHolder holder : holders) {
            holder.check(QUIET);
        }
    }

    private void killLeader() {
        if (world.violation() != null) {
            return;
        }
        SimHolder leader = holders.stream()
                .filter(holder -> holder.led() != null)
                .findFirst()
                .orElse(null);
        if (leader == null) {
            world.violated("nobody leads though nothing is in the way");
            return;
        }
        world.trace("leader p" + leader.process.id + " is killed");
        leader.process.kill();
        world.runUntil(LEADER_DIES + SimStore.ONE_WAY, this::check);
        Map<String, Long> ticks = new TreeMap<>(Map.of(SimHolder.ROLE, tick(SimHolder.ROLE)));
        resources.forEach(resource -> ticks.put(resource.name, tick(resource.name)));
        store.expectTakeover(leader.process, ticks);
        world.runUntil(LEADER_DIES + LOOKED_AT_FOR, this::check);
        if (!store.missingTakeovers().isEmpty()) {
            world.violated("nobody was granted " + store.missingTakeovers() + " after the death of its holder");
        }
        boolean followed = holders.stream().anyMatch(holder -> holder != leader && holder.led() != null);
        if (!followed) {
            world.violated("nobody follows the dead leader");
        }
    }

    /** Nanoseconds of the store's clock. */
    private long tick(String name) {
        double poll = holders.stream()
                .filter(holder -> holder.process.alive())
                .mapToDouble(holder -> holder.pollNanos(name) / holder.process.rate())
                .min()
                .orElseThrow();
        return (long) ((poll + 2 * SimStore.ONE_WAY + SLACK) * store.rate());
    }
}
