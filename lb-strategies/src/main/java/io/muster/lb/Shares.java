package io.muster.lb;

import java.util.List;

/*
 * A line of a given length, cut into one stretch per endpoint, as long as its weight. A point of the line names the
 * endpoint on whose stretch it lies.
 *
 * The point is found in O(1) on average: the line is also cut into 2^k >= 2 n equal parts, and a table says on whose stretch
 * each of them begins. Few parts reach over two ends, so one comparison settles it nearly always, without a branch that nobody could
 * predict. O(n) to build, in time and memory, whatever the weights are.
 */
final class Shares {
    /** So that 32 bits of a fraction place a point exactly, with a bit to spare (WeightedRoundRobin). */
    private static final long MAX_TOTAL = 1L << 28;

    private final int[] ends;
    private final int[] firstOfPart;
    private final int partShift;
    private final int total;

    private Shares(int[] ends, int[] firstOfPart, int partShift) {
        this.ends = ends;
        this.firstOfPart = firstOfPart;
        this.partShift = partShift;
        this.total = ends[ends.length - 1];
    }

    /** By the endpoints' weights as they are now, each at least 1 in the end. */
    static Shares of(List<Endpoint> endpoints) {
        int n = endpoints.size();
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            weights[i] = endpoints.get(i).weight();
        }
        return of(weights);
    }

    /** @param weights above 0, finite; whole numbers keep their proportions exactly unless their sum is beyond 2^28 */
    static Shares of(double[] weights) {
        long[] parts = whole(weights);
        int[] ends = new int[parts.length];
        int end = 0;
        for (int i = 0; i < parts.length; i++) {
            end += (int) parts[i];
            ends[i] = end;
        }
        int bits = 1 + Integer.SIZE - Integer.numberOfLeadingZeros(parts.length - 1);
        int[] firstOfPart = new int[1 << bits];
        int owner = 0;
        for (int part = 0; part < firstOfPart.length; part++) {
            long begin = ((long) part * end) >>> bits;
            while (ends[owner] <= begin) {
                owner++;
            }
            firstOfPart[part] = owner;
        }
        return new Shares(ends, firstOfPart, Integer.SIZE - bits);
    }

    /** The length of the line. */
    int total() {
        return total;
    }

    /**
     * Whose stretch a point lies on.
     *
     * @param fraction how far along the line, in units of 2^-32 of it, unsigned
     */
    int at(int fraction) {
        int point = (int) (((fraction & 0xFFFF_FFFFL) * total) >>> 32);
        int owner = firstOfPart[fraction >>> partShift];
        owner += (ends[owner] - point - 1) >>> (Integer.SIZE - 1);
        while (ends[owner] <= point) {
            owner++;
        }
        return owner;
    }

    /** Whole numbers in the same proportions, as small as they get. */
    private static long[] whole(double[] weights) {
        double sum = 0;
        boolean areWhole = true;
        for (double weight : weights) {
            sum += weight;
            areWhole &= weight == Math.rint(weight);
        }
        // Weights that grow slowly (SlowStart) are not whole; a thousandth of the mean is fine enough.
        double scale = areWhole ? 1 : 1000.0 * weights.length / sum;
        if (sum * scale > MAX_TOTAL - weights.length) {
            scale = (MAX_TOTAL - weights.length) / sum;
        }
        long[] parts = new long[weights.length];
        long divisor = 0;
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Math.max(1, Math.round(weights[i] * scale));
            divisor = divisor != 0 && parts[i] % divisor == 0 ? divisor : greatestCommonDivisor(parts[i], divisor);
        }
        for (int i = 0; i < parts.length && divisor > 1; i++) {
            parts[i] /= divisor;
        }
        return parts;
    }

    static long greatestCommonDivisor(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return x;
    }
}
