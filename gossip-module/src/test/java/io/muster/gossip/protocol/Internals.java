package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the simulator needs of the core beside its public surface. */
public final class Internals {
    private Internals() {}

    /** The names of all guards of the protocol that can be switched off. */
    public static List<String> rules() {
        List<String> names = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            names.add(rule.name());
        }
        return names;
    }

    public static SwimConfig without(SwimConfig config, String... rules) {
        Rule[] off = new Rule[rules.length];
        for (int i = 0; i < rules.length; i++) {
            off[i] = Rule.valueOf(rules[i]);
        }
        return config.without(off);
    }

    /** Has a node start with members that it knows. */
    public static void remember(SwimNode node, List<MemberRecord> records) {
        node.remember(records);
    }

    /** The claim held about a name, which is given by its hash, or null. */
    public static @Nullable MemberRecord held(SwimNode node, long nameHash) {
        return node.held(nameHash);
    }

    /** Members, tombstones, suspicions, rumors. */
    public static int[] sizes(SwimNode node) {
        return node.sizes();
    }

    /** Entries held of what members share, removed ones and floors included. */
    public static int stateEntries(SwimNode node) {
        return node.state().store().digest().entries();
    }

    public static double suspicionMinSeconds(SwimConfig config, int n) {
        return Timing.suspicionMinNanos(config, n) / 1e9;
    }
}
