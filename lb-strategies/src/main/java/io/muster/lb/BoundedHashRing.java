package io.muster.lb;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * Consistent hashing with bounded loads [1]: a key belongs to the first endpoint on the ring at or after it that has room. With m
 * requests in flight, the one to come included, an endpoint of share s has room for ceil(c * m * s), so no endpoint ever has more than c
 * times its share, whatever keys are popular; c = 1 + epsilon.
 *
 * Larger c: keys stay with their endpoint more often. Smaller: loads are more even, and more endpoints are asked per pick,
 * O(1 / epsilon^2) on average.
 *
 * Exact for one caller, whose own requests are all it counts: those of the endpoints among which it chooses, so each zone and route has
 * a bound of its own. Between a pick and its start others may pick, too: the bound may be passed by as many as pick at once. The
 * sum over all is kept up to date; for a part of the endpoints it is added up, O(part) per pick.
 *
 * [1] Mirrokni, Thorup, Zadimoghaddam, Consistent hashing with bounded loads, SODA 2018
 */
final class BoundedHashRing implements Strategy {
    private final double factor;

    /** @param factor c, above 1 */
    BoundedHashRing(double factor) {
        this.factor = factor;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return new Bounded(endpoints, factor);
    }

    @Override
    public boolean usesLatency() {
        return false;
    }

    @Override
    public boolean isKeyed() {
        return true;
    }

    static final class Bounded extends HashRing.Ring {
        /** So that a whole number that comes out a little larger does not count as the next one. */
        private static final double ROUNDING = 1e-6;

        private final Group group;
        private final double perWeight;
        /** Whose requests in flight make up the whole: their own, or what is left of all without those of others. */
        private final Endpoint[] summands;

        private final boolean summandsAreOthers;

        Bounded(List<Endpoint> endpoints, double factor) {
            super(endpoints);
            this.group = endpoints.get(0).group();
            this.perWeight =
                    factor / endpoints.stream().mapToDouble(Endpoint::weight).sum();
            Set<Endpoint> own = new HashSet<>(endpoints);
            List<Endpoint> others =
                    group.members().stream().filter(e -> !own.contains(e)).toList();
            this.summandsAreOthers = others.size() < endpoints.size();
            this.summands = (summandsAreOthers ? others : endpoints).toArray(new Endpoint[0]);
            group.wantCounts();
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            int place = place(key);
            Endpoint owner = ownerOf(place);
            boolean isTried = tried.contains(owner);
            if (!isTried && owner.counted() == 0) {
                return owner;
            }
            long inFlight = inFlight();
            return !isTried && hasRoom(owner, inFlight) ? owner : next(place, inFlight, key, tried);
        }

        private @Nullable Endpoint next(int from, long inFlight, long key, Exclusions tried) {
            for (int i = 1; i < places(); i++) {
                Endpoint next = ownerOf(after(from, i));
                if (hasRoom(next, inFlight) && !tried.contains(next)) {
                    return next;
                }
            }
            // All that have room were tried.
            return super.pick(key, tried);
        }

        private boolean hasRoom(Endpoint endpoint, long inFlight) {
            long own = endpoint.counted();
            double share = perWeight * endpoint.weight() * (inFlight + 1);
            return own == 0 || own < Math.ceil(share - ROUNDING);
        }

        private long inFlight() {
            long sum = 0;
            for (Endpoint endpoint : summands) {
                sum += endpoint.counted();
            }
            return summandsAreOthers ? Math.max(0, group.inFlight() - sum) : sum;
        }
    }
}
