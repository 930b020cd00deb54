package io.muster.registry.engine;

import io.muster.api.InstanceReference;
import io.muster.registry.catalogue.Catalogue;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.catalogue.Source;
import io.muster.registry.health.CheckSchedule;
import io.muster.registry.health.DeadlineTracker;
import io.muster.registry.health.HealthConfig;
import io.muster.registry.health.Prober;
import io.muster.registry.health.SilenceHold;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Who was heard when, and whom to look at: what only the node with the authority to expire does. It proposes; the catalogue
 * decides. Thread-safe; {@link #follow} and {@link #tick} are called by one thread at a time each.
 */
public final class Supervision {
    private final DeadlineTracker deadlines;
    private final CheckSchedule checks = new CheckSchedule();
    private final Lookout lookout;
    private final LongSupplier nanoClock;

    /**
     * @param prober looks at instances that may be gone
     * @param nanoClock monotonic time in nanoseconds
     * @param proposals carries out what a finding calls for
     */
    public Supervision(HealthConfig health, Prober prober, LongSupplier nanoClock, Consumer<Command> proposals) {
        this.deadlines = new DeadlineTracker(health);
        this.nanoClock = nanoClock;
        this.lookout = new Lookout(prober, deadlines, checks, nanoClock, proposals);
    }

    /** Takes over everybody in the catalogue with a full term, and begins to look. */
    public void open(Catalogue catalogue) {
        long now = nanoClock.getAsLong();
        for (ServiceState service : catalogue.services()) {
            for (InstanceRecord record : service.instances()) {
                Change known = new Change(service.index(), record.key(), null, record, Source.REGISTRY, "");
                deadlines.changed(known, now);
                checks.changed(known, now);
            }
        }
        lookout.open();
    }

    /** Begins nothing any more, and proposes nothing. */
    public void close() {
        lookout.close();
    }

    /**
     * Follows a command that the catalogue has carried out.
     *
     * @param revivals receives what is to be proposed because of it
     */
    void follow(Command command, Outcome outcome, List<Change> changes, Collection<Command> revivals) {
        long now = nanoClock.getAsLong();
        for (Change change : changes) {
            deadlines.changed(change, now);
            checks.changed(change, now);
        }
        // What an instance says of itself is a sign of life.
        if (outcome instanceof Outcome.Applied applied && command instanceof Command.Register register) {
            deadlines.renew(register.key(), applied.generation(), register.owner(), now, revivals);
        } else if (outcome instanceof Outcome.Applied applied && command instanceof Command.Patch patch) {
            deadlines.renew(patch.key(), applied.generation(), patch.owner(), now, revivals);
        }
    }

    /**
     * Notes signs of life.
     *
     * @param revivals receives what is to be proposed because of them
     * @return the ones that are not registered in that generation by that owner
     */
    public List<InstanceReference> observe(List<InstanceReference> alive, String owner, Collection<Command> revivals) {
        long now = nanoClock.getAsLong();
        List<InstanceReference> unknown = new ArrayList<>(0);
        for (InstanceReference reference : alive) {
            if (!deadlines.renew(InstanceKey.of(reference), reference.generation(), owner, now, revivals)) {
                unknown.add(reference);
            }
        }
        return unknown;
    }

    /** Looks at instances that may be gone. */
    public void suspect(List<InstanceReference> instances) {
        long now = nanoClock.getAsLong();
        for (InstanceReference instance : instances) {
            deadlines
                    .suspect(InstanceKey.of(instance), instance.generation(), now)
                    .ifPresent(lookout::connect);
        }
    }

    /** An operator agrees that the silent instances of a namespace are gone; answers whether they were held. */
    public boolean agree(String namespace) {
        return deadlines.agree(namespace);
    }

    /** Where so many are silent that nobody is evicted. */
    public List<SilenceHold> holds() {
        return deadlines.holds(nanoClock.getAsLong());
    }

    /** Begins the checks that are due. */
    public void startChecks() {
        lookout.startChecks();
    }

    /** Looks at the deadlines: proposes what the time that has passed calls for, and looks at whom it makes suspect. */
    public void tick(Consumer<List<Command>> proposals) {
        try {
            DeadlineTracker.Due due = deadlines.due(nanoClock.getAsLong());
            if (!due.commands().isEmpty()) {
                proposals.accept(due.commands());
            }
            due.connect().forEach(lookout::connect);
            due.identify().forEach(lookout::identify);
            lookout.startChecks();
        } finally {
            deadlines.looked(nanoClock.getAsLong());
        }
    }
}
