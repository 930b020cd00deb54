package io.muster.lease;

import io.muster.lease.LeaseEvent.Deposed;
import io.muster.lease.LeaseEvent.Elected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The program of one process: takes leases and works under them, more or less carefully, and runs for leader. */
final class SimHolder {
    static final Duration TTL = Duration.ofSeconds(6);
    static final String ROLE = "leader";
    private static final long MAX_PAUSE = SimWorld.millis(2500);

    final SimProcess process;
    private final SimWorld world;
    private final SimStore store;
    private final List<SimResource> resources;
    private final Leases leases;
    private final List<Held> all = new ArrayList<>();
    private final Set<Lease> reportedOver = new HashSet<>();
    private @Nullable Lease led;

    SimHolder(SimProcess process, SimStore store, List<SimResource> resources) {
        this.process = process;
        this.world = process.world;
        this.store = store;
        this.resources = resources;
        List<Fence> fences =
                resources.stream().map(resource -> (Fence) resource::raise).toList();
        this.leases = new Leases(
                store.link(process),
                LeaseSettings.defaults("p" + process.id).withTtl(TTL),
                fences,
                this::listen,
                process.parts());
    }

    /** A lease, and how often its loss was told. */
    private static final class Held {
        private final Lease lease;
        private int told;

        Held(Lease lease) {
            this.lease = lease;
        }
    }

    /** How long after a refusal this process asks for a lease again at the latest, by its own clock. */
    long pollNanos(String name) {
        long third = Terms.of(TTL, TTL).renewalNanos();
        // An election waits a third of the TTL, and up to a tenth longer so that not all ask at once.
        return name.equals(ROLE) ? third + third / 10 : MAX_PAUSE + SimProcess.MAX_WORKER_WAIT;
    }

    void start() {
        LeaderElection unused = leases.elect(LeaseRequest.of(ROLE));
        for (SimResource resource : resources) {
            process.in(world.upTo(SimWorld.millis(2000)), () -> tryToWork(resource));
        }
    }

    private void listen(LeaseEvent event) {
        if (event instanceof Elected elected) {
            if (led != null) {
                world.violated("p" + process.id + " is elected twice");
            }
            led = elected.lease();
            watch(elected.lease());
        } else if (event instanceof Deposed deposed) {
            if (led != deposed.lease()) {
                world.violated("p" + process.id + " is deposed and did not lead with " + deposed.lease());
            }
            led = null;
        } else if (event instanceof LeaseEvent.Lost lost) {
            world.trace("p" + process.id + " lost " + lost.lease() + " " + lost.reason());
        }
    }

    private void watch(Lease lease) {
        Held held = new Held(lease);
        all.add(held);
        store.inUse.put(lease.key(), lease);
        lease.onLost(reason -> held.told++);
    }

    private void tryToWork(SimResource resource) {
        var unused = leases.acquire(LeaseRequest.of(resource.name).withResources(resource.name))
                .whenComplete((lease, failure) -> {
                    if (lease != null && lease.isPresent()) {
                        watch(lease.get());
                        boolean careful = world.happens(0.6);
                        process.in(0, () -> step(lease.get(), resource, 1 + world.random.nextInt(6), careful));
                    } else {
                        process.in(world.upTo(MAX_PAUSE), () -> tryToWork(resource));
                    }
                });
    }

    /** Reads, thinks, writes what follows from it; the careless one does not ask whether it still may. */
    private void step(Lease lease, SimResource resource, int left, boolean careful) {
        boolean held = lease.isHeld();
        if (!held) {
            reportedOver.add(lease);
        }
        if (left == 0 || (careful && !held)) {
            var unused = lease.giveBack();
            process.in(world.upTo(SimWorld.millis(1500)), () -> tryToWork(resource));
            return;
        }
        travel(() -> {
            int version = resource.read();
            travel(() -> process.in(world.upTo(SimWorld.millis(1500)), () -> {
                travel(() -> resource.write(lease.fencingToken(), version));
                process.in(world.upTo(SimWorld.millis(500)), () -> step(lease, resource, left - 1, careful));
            }));
        });
    }

    private void travel(Runnable arrival) {
        long slow = world.chaos() && world.happens(0.1) ? world.upTo(SimWorld.millis(6000)) : 0;
        world.in(world.upTo(SimWorld.millis(10)) + slow, arrival);
    }

    /** The lease with which this process leads, as it was told. */
    @Nullable
    Lease led() {
        return led;
    }

    /** What holds at any moment for a process that runs. */
    void check(long quietSince) {
        if (!process.alive() || process.paused()) {
            return;
        }
        long now = process.nanoTime();
        for (Held held : all) {
            Lease lease = held.lease;
            boolean final_ = lease.believed() == Lease.State.LOST || lease.believed() == Lease.State.RELEASED;
            long haltAt = lease.haltAt();
            boolean reads = !final_ && now - haltAt < 0;
            if (held.told > (lease.believed() == Lease.State.LOST ? 1 : 0)) {
                world.violated("p" + process.id + " was told " + held.told + " times of the loss of " + lease);
            }
            if (reads && now - (store.countsFrom(lease.key()) + TTL.toNanos()) >= 0) {
                world.violated("p" + process.id + " reports " + lease + " as held after its local deadline");
            }
            if (reads && reportedOver.contains(lease)) {
                world.violated("p" + process.id + " reports " + lease + " as held again");
            }
            if (!final_ && now - later(haltAt, process.resumedAt()) > SimWorld.millis(100)) {
                world.violated("the watchdog of p" + process.id + " did not see the end of " + lease);
            }
            if (reads && now - later(store.lastAsked(lease.key()), process.resumedAt()) > TTL.toNanos() / 2) {
                world.violated("p" + process.id + " does not ask for the renewal of " + lease + " any more");
            }
            if (world.now() < quietSince && lease.believed() == Lease.State.LOST) {
                reportedOver.add(lease);
            } else if (world.now() >= quietSince
                    && lease.believed() == Lease.State.LOST
                    && !reportedOver.contains(lease)) {
                world.violated("p" + process.id + " lost " + lease + " without a fault");
            }
        }
    }

    /** What holds when nothing is under way. */
    void checkEnd() {
        if (process.alive()) {
            for (Held held : all) {
                if (held.lease.believed() == Lease.State.LOST && held.told != 1) {
                    world.violated("p" + process.id + " was told " + held.told + " times of the loss of " + held.lease);
                }
            }
        }
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
