package io.muster.gossip.simulation;

/** Something happened that must not, or did not happen that must; says the seed and what went before. */
public final class InvariantViolation extends AssertionError {
    private static final long serialVersionUID = 1;

    private final String property;

    InvariantViolation(String property, String what, long seed, String trace) {
        super(property + ": " + what + "\nreplay with -Dgossip.seed=" + seed + "\n" + trace);
        this.property = property;
    }

    /** For example {@code S2}. */
    public String property() {
        return property;
    }
}
