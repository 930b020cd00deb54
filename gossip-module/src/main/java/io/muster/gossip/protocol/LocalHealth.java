package io.muster.gossip.protocol;

/*
 * How well this node itself is doing, 0 (well) to 8: a node that is slow or cut off sees everybody else fail. Its probes take
 * (score + 1) times as long, and so do the suspicions that it raises [1, section IV-A].
 *
 * An answered probe takes one off. A failed probe adds one if a helper did not even say that it lives, at most one per probe:
 * when many members die at once, helpers are missing for a good reason. If all helpers have answered, this node's links work
 * and the target is at fault: nothing is added. A refuted suspicion of this node and a late timer add one each.
 *
 * [1] Dadgar, Phillips, Currey: Lifeguard, 2017
 */
final class LocalHealth {
    private static final int WORST = 8;

    private final boolean enabled;
    private int score;

    LocalHealth(boolean enabled) {
        this.enabled = enabled;
    }

    void better() {
        score = Math.max(0, score - 1);
    }

    void worse() {
        score = Math.min(WORST, score + 1);
    }

    int score() {
        return score;
    }

    /** 1 to 9. */
    int factor() {
        return enabled ? score + 1 : 1;
    }
}
