package io.muster.benchmarks.quality;

import java.util.Arrays;

/** Keys of which some are popular: the k-th has a share in proportion to k^-skew. */
final class Zipf {
    private final double[] upTo;

    Zipf(int keys, double skew) {
        upTo = new double[keys];
        double sum = 0;
        for (int key = 0; key < keys; key++) {
            sum += Math.pow(key + 1.0, -skew);
            upTo[key] = sum;
        }
    }

    int draw(Randomness random) {
        int found = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
        return found < 0 ? -found - 1 : found;
    }
}
