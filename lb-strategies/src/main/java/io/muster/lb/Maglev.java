package io.muster.lb;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Maglev hashing [1]: a table of a prime number of slots, in which each endpoint in turn claims the next free slot of a
 * permutation of its own, until the table is full. A key belongs to the endpoint of its slot.
 *
 * Shares are even to within a hundredth while there are a hundred slots per endpoint, far more so than a ring's, and a pick
 * is one load. In return, when an endpoint goes, some half a percent of the other endpoints' keys move, too. An endpoint of
 * less weight than the heaviest one passes some of its turns [2], but not its first.
 *
 * The table is built in O(slots log slots) on average, milliseconds; above 6,500 endpoints its shares are uneven by a tenth,
 * and above 65,537 some get none.
 *
 * [1] Eisenbud et al., Maglev: a fast and reliable software network load balancer, NSDI 2016, 3.4
 * [2] Envoy, source/extensions/load_balancing_policies/maglev
 */
final class Maglev implements Strategy {
    /** A prime. */
    static final int SLOTS = 65_537;

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return new Table(endpoints.toArray(new Endpoint[0]));
    }

    @Override
    public boolean usesLatency() {
        return false;
    }

    @Override
    public boolean isKeyed() {
        return true;
    }

    static final class Table implements Picker {
        private final Endpoint[] endpoints;
        private final Endpoint[] slots;

        Table(Endpoint[] endpoints) {
            this.endpoints = endpoints;
            this.slots = filled(endpoints);
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            long hash = HashKey.mixed(key);
            Endpoint endpoint = slots[slot(hash)];
            if (tried.isEmpty() || !tried.contains(endpoint)) {
                return endpoint;
            }
            return next(hash, tried);
        }

        /** Another slot for the same key, the same one for all callers, so that retries of a key meet, too. */
        private @Nullable Endpoint next(long hash, Exclusions tried) {
            long again = hash;
            int most = 4 * (tried.size() + 1);
            for (int i = 0; i < most; i++) {
                again = HashKey.mixed(again + 1);
                Endpoint endpoint = slots[slot(again)];
                if (!tried.contains(endpoint)) {
                    return endpoint;
                }
            }
            return tried.firstOther(endpoints, PowerOfChoices.Draws.firstOf(endpoints.length, hash));
        }

        private static int slot(long hash) {
            return (int) (((hash >>> 32) * SLOTS) >>> 32);
        }

        private static Endpoint[] filled(Endpoint[] endpoints) {
            int n = endpoints.length;
            int[] next = new int[n];
            int[] skip = new int[n];
            double[] due = new double[n];
            double heaviest = 0;
            for (int i = 0; i < n; i++) {
                String id = endpoints[i].target().id();
                next[i] = slot(HashKey.of(id, 1));
                skip[i] = 1 + (int) (((HashKey.of(id, 2) >>> 32) * (SLOTS - 1)) >>> 32);
                heaviest = Math.max(heaviest, endpoints[i].weight());
            }
            int[] owner = new int[SLOTS];
            Arrays.fill(owner, -1);
            int filled = 0;
            for (int i = 0; i < n && filled < SLOTS; i++) {
                claim(owner, i, next, skip[i]);
                due[i]--;
                filled++;
            }
            while (filled < SLOTS) {
                for (int i = 0; i < n && filled < SLOTS; i++) {
                    due[i] += endpoints[i].weight() / heaviest;
                    if (due[i] >= 1) {
                        due[i]--;
                        claim(owner, i, next, skip[i]);
                        filled++;
                    }
                }
            }
            Endpoint[] slots = new Endpoint[SLOTS];
            for (int slot = 0; slot < SLOTS; slot++) {
                slots[slot] = endpoints[owner[slot]];
            }
            return slots;
        }

        private static void claim(int[] owner, int endpoint, int[] next, int skip) {
            int slot = next[endpoint];
            while (owner[slot] >= 0) {
                slot += skip;
                slot = slot < SLOTS ? slot : slot - SLOTS;
            }
            owner[slot] = endpoint;
            next[endpoint] = slot;
        }
    }
}
