/**
 * {@code ./bench lease}: whether a holder that was paused or cut off still writes, and what a lease costs, beside ShedLock and
 * Redisson. It starts its databases and its processes, and leaves none behind.
 */
@NullMarked
package io.muster.benchmarks.lease;

import org.jspecify.annotations.NullMarked;
