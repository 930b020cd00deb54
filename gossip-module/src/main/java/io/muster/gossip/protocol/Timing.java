package io.muster.gossip.protocol;

/** The formulas of the protocol. */
public final class Timing {
    /** Up to this size the push-pull has its configured interval. */
    private static final int SYNC_BASE_MEMBERS = 256;

    private Timing() {}

    /**
     * The shortest suspicion, {@code alpha * max(1, log10 n)} periods: rumors take a time in proportion to log n to reach
     * everybody.
     */
    public static long suspicionMinNanos(SwimConfig config, int n) {
        double scale = Math.max(1, StrictMath.log10(Math.max(1, n)));
        return (long)
                (config.suspicion().alpha() * scale * config.probing().period().toNanos());
    }

    /** Confirmations that bring a suspicion to its shortest time: as many as {@code alpha}, if there are so many others. */
    public static int confirmationsNeeded(SwimConfig config, int n) {
        return Math.max(0, Math.min(config.suspicion().alpha(), n - 2));
    }

    /**
     * The length of a suspicion with c of k confirmations: {@code max - (max - min) * log(c + 1) / log(k + 1)} (Dadgar et al.,
     * 2017, section IV-B).
     */
    public static long suspicionNanos(long min, long max, int confirmations, int needed) {
        if (needed <= 0 || confirmations >= needed) {
            return min;
        }
        double share = StrictMath.log(confirmations + 1.0) / StrictMath.log(needed + 1.0);
        return Math.max(min, (long) (max - share * (max - min)));
    }

    /** How many packets of one node carry a rumor. */
    public static int transmitLimit(SwimConfig.Spreading spreading, int n) {
        return (int) StrictMath.ceil(spreading.multiplier() * StrictMath.log10(n + 1.0)) + spreading.extra();
    }

    /** Between two push-pulls of one node; longer by half of the configured interval for each doubling beyond 256 members. */
    public static long syncIntervalNanos(SwimConfig.Repair repair, int n) {
        double doublings = StrictMath.log(Math.max(1.0, (double) n / SYNC_BASE_MEMBERS)) / StrictMath.log(2);
        return (long) (repair.syncInterval().toNanos() * (1 + doublings / 2));
    }
}
