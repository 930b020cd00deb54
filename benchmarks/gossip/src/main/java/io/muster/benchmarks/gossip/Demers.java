package io.muster.benchmarks.gossip;

import java.util.BitSet;
import java.util.SplittableRandom;

/*
 * Rounds in which each member contacts one other at random [1]: it pushes what it knows, pulls what the other knows, or does
 * both. In each round everybody acts on what was known before it. How many rounds until all know:
 *
 *   push        log2 n + ln n            [2]
 *   pull        log2 n + log2 ln n       doubling as push does, then the residue is squared in each round [1]
 *   push-pull   log3 n + log2 ln n       trebling, then at least squared [3]
 *
 * [1] Demers et al.: Epidemic algorithms for replicated database maintenance, 1987   [2] Pittel: On spreading a rumor, 1987
 * [3] Karp, Schindelhauer, Shenker, Voecking: Randomized rumor spreading, 2000
 */
enum Demers {
    PUSH,
    PULL,
    PUSH_PULL;

    /** Mean rounds until all of {@code members} know what one knew. */
    double simulated(int members, int runs) {
        long rounds = 0;
        for (int seed = 1; seed <= runs; seed++) {
            rounds += rounds(members, new SplittableRandom(seed));
        }
        return (double) rounds / runs;
    }

    private int rounds(int members, SplittableRandom random) {
        BitSet known = new BitSet(members);
        known.set(0);
        int rounds = 0;
        while (known.cardinality() < members) {
            BitSet before = (BitSet) known.clone();
            for (int member = 0; member < members; member++) {
                int other = (member + 1 + random.nextInt(members - 1)) % members;
                if (this != PULL && before.get(member)) {
                    known.set(other);
                }
                if (this != PUSH && before.get(other)) {
                    known.set(member);
                }
            }
            rounds++;
        }
        return rounds;
    }

    double formula(int members) {
        double n = members;
        double squarings = Math.log(Math.log(n)) / Math.log(2);
        return switch (this) {
            case PUSH -> Math.log(n) / Math.log(2) + Math.log(n);
            case PULL -> Math.log(n) / Math.log(2) + squarings;
            case PUSH_PULL -> Math.log(n) / Math.log(3) + squarings;
        };
    }

    String label() {
        return switch (this) {
            case PUSH -> "push";
            case PULL -> "pull";
            case PUSH_PULL -> "push-pull";
        };
    }
}
