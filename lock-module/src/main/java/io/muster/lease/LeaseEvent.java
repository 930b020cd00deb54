package io.muster.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What happens to leases, for meters, logs and applications. Events of one process come one after the other, on a thread
 * that does nothing else; a slow listener delays other events and callbacks, never a renewal or a loss. While 10,000 wait,
 * all are dropped but losses, overruns and elections.
 */
public sealed interface LeaseEvent {
    /** The lease's name. */
    String name();

    /** A lease was granted and its fences are raised; its user gets it now. */
    record Acquired(Lease lease) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }

    /** Somebody else holds it. */
    record Refused(String name, String holder, Duration atMost) implements LeaseEvent {}

    /** The tick, or a later one, has run already. */
    record AlreadyRan(String name, Instant completed) implements LeaseEvent {}

    /** Nothing was acquired because the store or a fence failed. */
    record Failed(String name, Throwable cause) implements LeaseEvent {}

    /** A renewal failed; there is still time for another one. */
    record Suspect(Lease lease) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }

    /** A suspect lease was renewed. */
    record Recovered(Lease lease) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }

    /** A lease was lost; its work has been interrupted. */
    record Lost(Lease lease, Lease.Loss reason) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }

    /** A lease was given back by its holder. */
    record Released(Lease lease) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }

    /** Work still runs though its lease was lost longer than the grace ago; the stacks of its threads. */
    record Overrun(Lease lease, List<List<StackTraceElement>> stacks) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }

    /** Work that had overrun has ended. */
    record OverrunEnded(Lease lease) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }

    /** This process leads the role now. */
    record Elected(Lease lease) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }

    /** This process led the role and does no more. */
    record Deposed(Lease lease) implements LeaseEvent {
        @Override
        public String name() {
            return lease.name();
        }
    }
}
