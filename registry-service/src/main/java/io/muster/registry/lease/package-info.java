/**
 * Leases of the registry. {@link io.muster.registry.lease.LeaseTable} decides and is pure; a replicated log orders its commands.
 */
@NullMarked
package io.muster.registry.lease;

import org.jspecify.annotations.NullMarked;
