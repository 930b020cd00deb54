/**
 * {@code ./bench pick}: what choosing an endpoint costs, in nanoseconds and bytes, beside limits and rivals. The rule here: a
 * figure is compared only with figures of the same run. Classes that JMH runs have to be public.
 */
@NullMarked
package io.muster.benchmarks.pick;

import org.jspecify.annotations.NullMarked;
