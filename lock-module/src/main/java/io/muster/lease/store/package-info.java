/**
 * Stores of leases. Each decides by a clock of its own, and each passes {@code LeaseStoreContract} of the test jar.
 */
@NullMarked
package io.muster.lease.store;

import org.jspecify.annotations.NullMarked;
