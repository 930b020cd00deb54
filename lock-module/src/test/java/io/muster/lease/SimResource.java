package io.muster.lease;

import io.muster.lease.SimWorld.Mutation;
import io.muster.lease.guard.InMemoryFence;
import java.util.ArrayList;
import java.util.List;

/** Something that holders read and write: each write makes a new version. It keeps the real guard, and checks it. */
final class SimResource {
    final String name;
    private final SimWorld world;
    private final InMemoryFence fence = new InMemoryFence();
    private final List<Long> writers = new ArrayList<>();
    private long raised;
    private int stale;

    SimResource(String name, SimWorld world) {
        this.name = name;
        this.world = world;
    }

    void raise(String resource, long token) {
        if (!resource.equals(name) || world.mutation == Mutation.NO_RAISE || world.mutation == Mutation.NO_GUARD) {
            return;
        }
        fence.raise(resource, token);
        raised = Math.max(raised, token);
    }

    /** The version, which is the number of writes. */
    int read() {
        return writers.size();
    }

    /** A write that was computed from a version. */
    void write(long token, int basedOn) {
        try {
            if (world.mutation == Mutation.NO_GUARD) {
                apply(token, basedOn);
            } else {
                fence.guarded(name, token, () -> {
                    apply(token, basedOn);
                    return true;
                });
            }
        } catch (StaleFenceException e) {
            stale++;
        }
    }

    /** How many writes were refused. */
    int stale() {
        return stale;
    }

    private void apply(long token, int basedOn) {
        if (!writers.isEmpty() && writers.get(writers.size() - 1) > token) {
            world.violated("a write with token " + token + " to " + name + " follows one with "
                    + writers.get(writers.size() - 1));
        }
        if (token < raised) {
            world.violated("a write with token " + token + " to " + name + " was done after a raise to " + raised);
        }
        if (writers.subList(basedOn, writers.size()).stream().anyMatch(writer -> writer != token)) {
            world.violated("a write with token " + token + " to " + name + " loses another holder's update");
        }
        writers.add(token);
    }
}
