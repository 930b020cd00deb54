/**
 * Leases with fencing tokens and leader election. Time is monotonic and injected.
 */
@NullMarked
package io.muster.lease;

import org.jspecify.annotations.NullMarked;
