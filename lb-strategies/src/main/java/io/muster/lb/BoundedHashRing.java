package io.muster.lb;

import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Consistent hashing with bounded loads [1]: a key belongs to the first endpoint on the ring at or after it that has room. With m
 * requests in flight, the one to come included, an endpoint of share s has room for ceil(c * m * s), so no endpoint ever has more than c
 * times its share, whatever keys are popular; c = 1 + epsilon.
 *
 * Larger c: keys stay with their endpoint more often. Smaller: loads are more even, and more endpoints are asked per pick,
 * O(1 / epsilon^2) on average.
 *
 * Exact for one caller, whose own requests are all it counts. Between a pick and its start others may pick, too: the
 * bound may be passed by as many as pick at once.
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
    public boolean isKeyed() {
        return true;
    }

    static final class Bounded extends HashRing.Ring {
        /** So that a whole number that comes out a little larger does not count as the next one. */
        private static final double ROUNDING = 1e-6;

        private final Group group;
        private final double perWeight;

        Bounded(List<Endpoint> endpoints, double factor) {
            super(endpoints);
            this.group = endpoints.get(0).group();
            this.perWeight =
                    factor / endpoints.stream().mapToDouble(Endpoint::weight).sum();
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            int place = place(key);
            Endpoint owner = ownerOf(place);
            if (hasRoom(owner) && !tried.contains(owner)) {
                return owner;
            }
            return next(place, tried);
        }

        private @Nullable Endpoint next(int from, Exclusions tried) {
            for (int i = 1; i < places(); i++) {
                Endpoint next = ownerOf(after(from, i));
                if (hasRoom(next) && !tried.contains(next)) {
                    return next;
                }
            }
            // All that have room were tried.
            return super.pick(Long.MIN_VALUE, tried);
        }

        private boolean hasRoom(Endpoint endpoint) {
            long inFlight = endpoint.load().inFlight();
            double share = perWeight * endpoint.weight() * (group.inFlight() + 1);
            return inFlight == 0 || inFlight < Math.ceil(share - ROUNDING);
        }
    }
}
