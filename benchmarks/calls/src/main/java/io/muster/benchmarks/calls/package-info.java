/** A service and its callers over Spring Cloud's interfaces alone: which registry they use is decided by the class path. */
@NullMarked
package io.muster.benchmarks.calls;

import org.jspecify.annotations.NullMarked;
