package io.muster.gossip.protocol;

/** What is said of a member. {@code DEAD} and {@code LEFT} are tombstones: they are remembered so that the dead do not rise. */
public enum MemberState {
    ALIVE(0),
    SUSPECT(1),
    DEAD(2),
    LEFT(3);

    private final int rank;

    MemberState(int rank) {
        this.rank = rank;
    }

    /** 0 to 3; of two claims of one incarnation the one with the higher rank wins. It is also the state's code on the wire. */
    public int rank() {
        return rank;
    }

    /** Whether the member takes part: it is probed, gossiped to and counted. */
    public boolean isLive() {
        return rank <= SUSPECT.rank;
    }
}
