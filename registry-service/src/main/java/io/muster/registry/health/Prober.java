package io.muster.registry.health;

import io.muster.registry.catalogue.InstanceRecord;
import java.util.concurrent.CompletionStage;

/** Looks at instances from here. Never fails. Thread-safe. */
public interface Prober {
    /**
     * Tries to connect, within {@link DeadlineTracker#PROBE_WINDOW_NANOS}: {@code REFUSED}, {@code ACCEPTED}, {@code SILENT} or
     * {@code SKIPPED}.
     */
    CompletionStage<Finding> connect(InstanceRecord instance);

    /** Asks the process for its identity, within the same time: {@code CONFIRMED}, or anything else when it does not answer as itself. */
    CompletionStage<Finding> identify(InstanceRecord instance);

    /**
     * Carries out the check of an instance that has one, within its time limit and a second more, at the address where its
     * registration found it.
     */
    CompletionStage<CheckResult> check(InstanceRecord instance);

    /** What a probe found. */
    enum Finding {
        /** The host answers that nobody listens there. */
        REFUSED,
        /** No answer in time, or it may never be asked. */
        SILENT,
        /** Nobody looked: too many probes are under way. Nothing follows, and it is to be tried again. */
        SKIPPED,
        /** Somebody accepts connections. That may be the kernel of a stopped process. */
        ACCEPTED,
        /** The process of that registration answers. */
        CONFIRMED
    }
}
