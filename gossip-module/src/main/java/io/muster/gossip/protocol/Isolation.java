package io.muster.gossip.protocol;

/*
 * A node that cannot reach anybody should not tell the others that they are dead. After several probes of different members
 * in a row have failed by all ways, the fault is more likely here: this node keeps its own suspicions to itself and declares
 * nobody dead until one probe or push-pull succeeds. In clusters so small that this many members can well be dead at once,
 * it does not apply.
 */
final class Isolation {
    private static final int FAILURES = 5;
    private static final int LEAST_MEMBERS = 8;

    private final NodeContext node;
    private int failures;
    private boolean active;

    Isolation(NodeContext node) {
        this.node = node;
    }

    boolean isActive() {
        return active;
    }

    /** Whether isolation begins with this failure. */
    boolean failed() {
        failures++;
        boolean begins = !active && failures >= FAILURES && node.n() >= LEAST_MEMBERS && node.on(Rule.STORM_DAMPER);
        active |= begins;
        return begins;
    }

    /** Whether isolation ends with this contact. */
    boolean reached() {
        failures = 0;
        boolean ends = active;
        active = false;
        return ends;
    }
}
