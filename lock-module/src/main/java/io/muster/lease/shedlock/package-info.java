/**
 * A bridge from ShedLock: its annotations and executors over our leases. ShedLock's core is optional and used here alone.
 */
@NullMarked
package io.muster.lease.shedlock;

import org.jspecify.annotations.NullMarked;
