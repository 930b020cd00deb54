package io.muster.lb;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Consistent hashing [1]: endpoints and keys lie on a circle of 2^64 places, and a key belongs to the first endpoint at or after it.
 * An endpoint lies there many times (virtual nodes), in proportion to its weight: 160 times for the default one, which
 * leaves the busiest of 100 equals about a fifth above the mean. Where an endpoint lies depends on its id and weight
 * alone: so when one comes or goes, only the keys that it gains or loses move, and all callers agree.
 *
 * The successor is found in O(1) on average: places are spread evenly, so a table over the keys' leading bits leads to
 * within a step or two of it. A binary search would take log2 of the places, most of them cache misses.
 *
 * Building sorts all places, O(p log p); weights are scaled down when there would be more than 2^20.
 *
 * [1] Karger et al., Consistent hashing and random trees, STOC 1997
 */
final class HashRing implements Strategy {
    /** Places on the ring of an endpoint of the default weight. */
    static final int VIRTUAL_NODES = 160;

    private static final int MAX_PLACES = 1 << 20;

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return new Ring(endpoints);
    }

    @Override
    public boolean usesLatency() {
        return false;
    }

    @Override
    public boolean isKeyed() {
        return true;
    }

    static class Ring implements Picker {
        /** The lowest bits of a place say whose it is. */
        private static final int OWNER_BITS = 20;

        private static final long OWNER_MASK = (1L << OWNER_BITS) - 1;

        private final Endpoint[] endpoints;
        /** Sorted as signed numbers, which is as good an order as any. */
        private final long[] places;

        private final int[] firstOfPart;
        private final int partShift;

        Ring(List<Endpoint> endpoints) {
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.places = places(endpoints);
            int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(places.length - 1));
            this.partShift = Long.SIZE - bits;
            this.firstOfPart = firstOfPart(places, bits, partShift);
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            int place = place(key);
            Endpoint endpoint = ownerOf(place);
            if (tried.isEmpty() || !tried.contains(endpoint)) {
                return endpoint;
            }
            for (int i = 1; i < places.length; i++) {
                Endpoint next = ownerOf(after(place, i));
                if (!tried.contains(next)) {
                    return next;
                }
            }
            return null;
        }

        /** The index of the place to which a key belongs. */
        final int place(long key) {
            long wanted = HashKey.mixed(key);
            int place = firstOfPart[(int) ((wanted ^ Long.MIN_VALUE) >>> partShift)];
            while (place < places.length && places[place] < wanted) {
                place++;
            }
            return place < places.length ? place : 0;
        }

        /** The index that many places further around, less than once. */
        final int after(int place, int distance) {
            int sum = place + distance;
            return sum < places.length ? sum : sum - places.length;
        }

        final Endpoint ownerOf(int place) {
            return endpoints[(int) (places[place] & OWNER_MASK)];
        }

        final int places() {
            return places.length;
        }

        private static long[] places(List<Endpoint> endpoints) {
            double perWeight = (double) VIRTUAL_NODES / Target.DEFAULT_WEIGHT;
            double sum = endpoints.stream().mapToDouble(Endpoint::weight).sum() * perWeight;
            double scale = sum > MAX_PLACES ? perWeight * MAX_PLACES / sum : perWeight;
            int[] counts = endpoints.stream()
                    .mapToInt(endpoint -> (int) Math.max(1, Math.round(endpoint.weight() * scale)))
                    .toArray();
            long[] places = new long[Arrays.stream(counts).sum()];
            int next = 0;
            for (int owner = 0; owner < counts.length; owner++) {
                String id = endpoints.get(owner).target().id();
                for (int copy = 1; copy <= counts[owner]; copy++) {
                    places[next++] = (HashKey.of(id, copy) & ~OWNER_MASK) | owner;
                }
            }
            Arrays.sort(places);
            return places;
        }

        private static int[] firstOfPart(long[] places, int bits, int shift) {
            int[] first = new int[1 << bits];
            int place = 0;
            for (int part = 0; part < first.length; part++) {
                long begin = ((long) part << shift) ^ Long.MIN_VALUE;
                while (place < places.length && places[place] < begin) {
                    place++;
                }
                first[part] = place;
            }
            return first;
        }
    }
}
