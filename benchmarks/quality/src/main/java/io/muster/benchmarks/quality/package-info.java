/**
 * {@code ./bench quality}: queues in virtual time behind the library's real load balancers. The rule here: nothing depends on the machine,
 * so that a seed gives the same figures everywhere.
 */
@NullMarked
package io.muster.benchmarks.quality;

import org.jspecify.annotations.NullMarked;
